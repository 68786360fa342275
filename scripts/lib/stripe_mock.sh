# shellcheck shell=bash
# Stripe's own mock, which tests start for themselves: a Go program that is built once, into the services' folder.

stripe_mock_version=v0.203.0
stripe_mock_go=1.22 # what that version is built by, or anything newer

stripe_mock_path() { printf '%s/bin/stripe-mock' "$services"; }

stripe_mock_install() {
    local bin have_go
    bin=$(dirname "$(stripe_mock_path)")
    # The version, written last, says that the program is there.
    [[ ! -x $bin/stripe-mock || $(cat "$bin/stripe-mock.version" 2>/dev/null) != "$stripe_mock_version" ]] || return 0
    have go || [[ ! -x /usr/local/go/bin/go ]] || PATH=$PATH:/usr/local/go/bin
    ensure_commands go:golang-go
    have_go=$(go env GOVERSION)
    [[ $(printf '%s\n' "$stripe_mock_go" "${have_go#go}" | sort -V | head -n 1) == "$stripe_mock_go" ]] ||
        die "stripe-mock is built by Go $stripe_mock_go or newer, and this is $have_go: see https://go.dev/dl"
    say "building stripe-mock $stripe_mock_version"
    mkdir -p "$bin" "$services/logs"
    GOBIN=$bin go install "github.com/stripe/stripe-mock@$stripe_mock_version" \
        >"$services/logs/stripe-mock.log" 2>&1 ||
        { tail -n 30 "$services/logs/stripe-mock.log" >&2; die "could not build stripe-mock"; }
    printf '%s\n' "$stripe_mock_version" >"$bin/stripe-mock.version"
}
