# shellcheck shell=bash
# Checks of scripts: each is a sentence and a command, and what it printed is shown if it fails.
#
# The closing lines are those of node's runner, which scripts/test adds up.

checks_passed=0
checks_failed=0

# check SENTENCE COMMAND...: a function among them has to return what failed by itself: `set -e` does not hold in it.
check() {
    local sentence=$1 log begun=$SECONDS
    shift
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then
        checks_passed=$((checks_passed + 1))
        say "ok      $sentence ($((SECONDS - begun)) s)"
    else
        checks_failed=$((checks_failed + 1))
        say "FAILED  $sentence ($((SECONDS - begun)) s)"
        sed 's/^/        /' "$log" | tail -n 40 >&2
    fi
    rm -f "$log"
}

# refuted COMMAND...: succeeds where the command fails, for guards that must hold.
refuted() { ! "$@"; }

# Prints how many passed and failed, and fails if any did or none was made.
checks_end() {
    printf '# pass %d\n# fail %d\n' "$checks_passed" "$checks_failed"
    ((checks_failed == 0 && checks_passed > 0))
}

# Prints a port of the loopback interface that nothing listens on now.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        port_answers "$port" || break
    done
    printf '%d' "$port"
}
