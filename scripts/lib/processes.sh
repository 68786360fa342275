# shellcheck shell=bash
# The processes we started: each is known by a pid file, and only such a process is ever signalled.
#
# A pid file holds the pid and the moment the kernel says that process began. A pid that was recycled after a crash
# or a reboot has another beginning, so a stale file can never make us end a stranger.

pid_file() { printf '%s/run/%s.pid' "$services" "$1"; }
log_file() { printf '%s/logs/%s.log' "$services" "$1"; }

# Prints when the process began, in ticks since boot; fails when it is gone or only a zombie.
began() {
    local stat
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    # The name in parentheses may hold spaces: count from the last ")", where field 3 of proc(5) follows.
    read -ra stat <<<"${stat##*) }"
    [[ ${stat[0]} != Z ]] && printf '%s' "${stat[19]}"
}

# Prints the pid of a process of ours that still lives; fails when there is none.
alive() {
    local pid since
    { read -r pid since <"$(pid_file "$1")"; } 2>/dev/null || return 1
    [[ -n $since && $(began "$pid") == "$since" ]] && printf '%s' "$pid"
}

gone() { ! alive "$1" >/dev/null; }

# spawn NAME COMMAND...: starts COMMAND in a session of its own, so that it outlives us, and records it.
# COMMAND must not fork itself away. File descriptor 9 is our lock and is not passed on.
spawn() {
    local name=$1 log pid
    shift
    log=$(log_file "$name")
    mkdir -p "$services/run" "$services/logs"
    [[ ! -e $log ]] || mv -f "$log" "$log.1"
    setsid "$@" >"$log" 2>&1 </dev/null 9>&- &
    pid=$!
    printf '%s %s\n' "$pid" "$(began "$pid")" >"$(pid_file "$name")"
}

# await_service NAME SECONDS COMMAND...: waits until COMMAND succeeds; on failure shows the end of the log.
await_service() {
    local name=$1 seconds=$2
    shift 2
    if ! await "$seconds" "$name" ready_or_dead "$name" "$@" || gone "$name"; then
        say "--- the end of $(log_file "$name")"
        tail -n 40 "$(log_file "$name")" >&2
        die "$name did not start"
    fi
}

ready_or_dead() {
    local name=$1
    shift
    gone "$name" || "$@"
}

# signal NAME SIGNAL: to the process and its children (Postgres serves every connection by a child).
signal() {
    local pid children
    pid=$(alive "$1") || return 0
    mapfile -t children < <(pgrep -P "$pid")
    kill "-$2" "$pid" "${children[@]}" 2>/dev/null || true
}

# A killed process looks gone a moment before the kernel has closed the last of its sockets.
port_is_quiet() { ! port_answers "${port[$1]}"; }

# stop NAME SIGNAL: asks the process to end, waits, and forces it after half a minute.
stop() {
    local pid
    if pid=$(alive "$1"); then
        signal "$1" CONT
        kill "-$2" "$pid"
        await 30 "$1 to stop" gone "$1" || kill_hard "$1"
        await 10 "$1 to free its port" port_is_quiet "$1"
    fi
    rm -f "$(pid_file "$1")"
}

# kill_hard NAME: what a crash or a power cut does. The pid file stays, as it would.
kill_hard() {
    signal "$1" KILL
    await 10 "$1 to die" gone "$1"
    await 10 "$1 to free its port" port_is_quiet "$1"
}
