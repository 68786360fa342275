# shellcheck shell=bash
# moto, a store that speaks S3, which tests start for themselves: Python packages in an environment of the services' folder.

moto_path() { printf '%s/moto/bin/moto_server' "$services"; }

moto_install() {
    local list="$root/scripts/lib/moto.requirements.txt" folder="$services/moto"
    # The copy of the list, written last, says that all of it is there.
    ! cmp --silent "$list" "$folder/installed-from" || return 0
    ensure_commands python3:python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
    say "installing moto"
    mkdir -p "$services/logs"
    rm -rf "$folder"
    { python3 -m venv "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$list"; } \
        >"$services/logs/moto.log" 2>&1 ||
        { tail -n 30 "$services/logs/moto.log" >&2; die "could not install moto"; }
    cp "$list" "$folder/installed-from"
}
