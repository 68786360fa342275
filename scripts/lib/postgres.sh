# shellcheck shell=bash
# Postgres, natively: a private cluster on a private port, durable as in production.
#
# Postgres refuses to run as root, so under root it runs as the package's user `postgres`.
# The user `matchday` is superuser here: every test makes a database of its own.

postgres_port=0 # set by scripts/services

# Debian keeps the server programs off the PATH, one folder a version; the newest is taken.
postgres_bin() {
    local dirs
    mapfile -t dirs < <(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V)
    if [[ -x ${dirs[-1]}/initdb ]]; then
        printf '%s' "${dirs[-1]}"
    elif have initdb; then
        dirname -- "$(command -v initdb)"
    else
        return 1
    fi
}

postgres_install() {
    postgres_bin >/dev/null || install_packages postgresql
    ensure_commands psql:postgresql-client
}

# The words before a command that make it run as an unprivileged user; setpriv replaces itself, so the pid stays.
as_postgres=(env)
((EUID != 0)) || as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups --)

postgres_create() {
    local data=$1 bin=$2 password
    mkdir -p "$data"
    # A clone below a private folder (root's home, a temporary folder) is out of the user's reach:
    # the data then lives in /var/tmp, and a link shows where.
    if ((EUID == 0)); then
        if ! "${as_postgres[@]}" test -x "$data"; then
            rmdir "$data"
            ln -sfn "$(mktemp -d /var/tmp/matchday-postgres.XXXXXX)" "$data"
        fi
        chown postgres: "$(realpath "$data")"
    fi
    password=$(mktemp)
    printf 'matchday\n' >"$password"
    ((EUID != 0)) || chown postgres: "$password"
    (cd / && "${as_postgres[@]}" "$bin/initdb" -D "$(realpath "$data")" --username=matchday --pwfile="$password" \
        --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >"$(log_file postgres)" 2>&1) ||
        { tail -n 20 "$(log_file postgres)" >&2; die "initdb failed"; }
    rm -f "$password"
}

postgres_start() {
    local bin data=$services/postgres
    bin=$(postgres_bin)
    [[ -s $(realpath -m "$data")/PG_VERSION ]] || postgres_create "$data" "$bin"
    data=$(realpath "$data")
    postgres_unlock "$data"
    spawn postgres "${as_postgres[@]}" "$bin/postgres" -D "$data" -c port="$postgres_port" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 \
        -c fsync="${POSTGRES_FSYNC:-on}" -c synchronous_commit=on -c timezone=UTC -c log_timezone=UTC
}

# Postgres will not start beside a lock file whose process exists. A killed one does exist, as a zombie,
# where nobody collects it (a container without an init): a lock is stale when no living process is behind it.
postgres_unlock() {
    local lock=$1/postmaster.pid pid
    { read -r pid <"$lock"; } 2>/dev/null || return 0
    began "$pid" >/dev/null || rm -f "$lock"
}

postgres_sql() { PGPASSWORD=matchday psql -qAtX -h 127.0.0.1 -p "$postgres_port" -U matchday -d "$1" -c "$2"; }

postgres_ready() { PGCONNECT_TIMEOUT=2 postgres_sql postgres 'select 1'; }

postgres_finish() {
    [[ -n $(postgres_sql postgres "select 1 from pg_database where datname = 'matchday'") ]] ||
        postgres_sql postgres 'create database matchday'
}
