# shellcheck shell=bash
# The services as processes of this machine: what scripts/services does where no Docker engine answers.

# Postgres ends its sessions at once on INT ("fast"), and waits for clients on TERM.
declare -A native_stop_signal=([postgres]=INT [redis]=TERM [kafka]=TERM [opensearch]=TERM)

native_install() {
    [[ -r /proc/self/stat ]] || die "without Docker the services need Linux"
    local name
    for name in "${names[@]}"; do
        "${name}_install"
    done
}

native_up() {
    local name
    mkdir -p "$services/run" "$services/logs"
    native_install
    # All are set going before any is waited for: their start-ups overlap.
    for name in "${names[@]}"; do
        native_go "$name"
    done
    for name in "${names[@]}"; do
        native_await "$name"
    done
}

# Starts the service, or lets it run on if it was paused.
native_go() {
    if alive "$1" >/dev/null; then
        signal "$1" CONT
    else
        "${1}_start"
    fi
}

native_await() {
    await_service "$1" 90 "${1}_ready"
    "${1}_finish"
}

native_down() {
    local name
    for name in "${names[@]}"; do
        stop "$name" "${native_stop_signal[$name]}"
    done
}

native_start() {
    native_go "$1"
    native_await "$1"
}

native_stop() { stop "$1" "${native_stop_signal[$1]}"; }
native_kill() { kill_hard "$1"; }
native_pause() { signal "$1" STOP; }
native_resume() { signal "$1" CONT; }

native_where() { alive "$1"; }

native_wipe() {
    local data
    # Postgres's folder may be a link to a place its user can reach.
    data=$(realpath -m "$services/postgres")
    rm -rf "$data" "$services/postgres" "$services/redis" "$services/kafka/data" "$services/kafka/cluster-id"
}
