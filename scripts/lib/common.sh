# shellcheck shell=bash
# What every script shares: where things are, how to speak, how to wait, how to get a missing tool.
#
# Sourced, never run. Talk goes to standard error, so that standard output stays free for what a command prints.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
export root

say() { printf '%s\n' "$*" >&2; }

die() {
    say "error: $*"
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# await SECONDS WHAT COMMAND...: waits until COMMAND succeeds; fails, saying what was awaited, when the deadline passes.
await() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS >= deadline)); then
            say "gave up waiting for $what"
            return 1
        fi
        sleep 0.1
    done
}

# Succeeds when something accepts connections on this port of the loopback interface.
port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "this needs root and there is no sudo; as root, run: $*"
    fi
}

# ensure_commands COMMAND:PACKAGE...: installs the Debian packages of the commands that are missing.
ensure_commands() {
    local pair missing=()
    for pair in "$@"; do
        have "${pair%%:*}" || missing+=("${pair#*:}")
    done
    ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
}

# Has builds with TLS to Kafka link the machine's OpenSSL. The one that such a build brings along takes four minutes of a
# processor to compile; releases use that.
use_system_openssl() {
    ensure_commands pkg-config:pkg-config
    pkg-config --exists openssl || install_packages libssl-dev
    export OPENSSL_NO_VENDOR=1
}

# Debian starts a server as soon as its package is installed. We run our own, on private ports,
# so a policy file forbids that for as long as the installation takes.
install_packages() {
    have apt-get || die "please install: $* (this script only knows Debian's apt-get)"
    say "installing $*"
    local turn
    # One at a time: the first to be done takes the policy away.
    exec {turn}>"${TMPDIR:-/tmp}/matchday-packages.$EUID.lock"
    flock "$turn"
    install_packages_now "$@"
    exec {turn}>&-
}

install_packages_now() {
    local policy=/usr/sbin/policy-rc.d ours='' log failed=0
    log=$(mktemp)
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
        ours=1
    fi
    {
        [[ -n ${apt_updated-} ]] || as_root apt-get update -q
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
            -o DPkg::Lock::Timeout=300 "$@"
    } >"$log" 2>&1 </dev/null || failed=1
    apt_updated=1
    [[ -z $ours ]] || as_root rm -f "$policy"
    if ((failed)); then
        tail -n 30 "$log" >&2
        die "could not install $*; the log is $log"
    fi
    rm -f "$log"
}
