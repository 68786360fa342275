# shellcheck shell=bash
# What the released program is made of: its packages, their bill in CycloneDX, and the notices that their licences ask for.

# As scripts/release and deploy/Dockerfile build it.
release_features=kafka-tls
release_target=x86_64-unknown-linux-gnu

# "name version" of each package that is compiled for the program, build scripts and macros among them.
shipped_packages() {
    cargo tree --locked --package server --features "$release_features" --target "$release_target" \
        --edges normal,build --prefix none --format '{p}' | awk 'NF { sub(/^v/, "", $2); print $1, $2 }' | LC_ALL=C sort -u
}

release_metadata() {
    cargo metadata --locked --format-version 1 --filter-platform "$release_target" --features "server/$release_features"
}

# The checksums of Cargo.lock by package, as an object.
locked_checksums() {
    awk -F '"' '
        /^name = /     { name = $2 }
        /^version = /  { version = $2 }
        /^checksum = / { print "pkg:cargo/" name "@" version "\t" $2 }' "$root/Cargo.lock" |
        jq -R -s 'split("\n") | map(select(. != "") | split("\t") | { key: .[0], value: .[1] }) | from_entries'
}

# bill_of_materials VERSION REVISION EPOCH: prints it.
bill_of_materials() {
    release_metadata | jq --from-file "$root/scripts/lib/sbom.jq" --arg shipped "$(shipped_packages)" --arg version "$1" \
        --arg revision "$2" --arg epoch "$3" --arg features "$release_features" --arg target "$release_target" \
        --argjson checksums "$(locked_checksums)"
}

# Files of a folder that say under which terms it may be used; those of what a package brings along are up to three folders deep.
licence_files() {
    find "$1" -maxdepth 3 -type f \( -iname 'licen[sc]e*' -o -iname 'copying*' -o -iname 'notice*' -o -iname 'copyright*' \
        -o -iname 'unlicense*' \) ! -name '*.rs' ! -name '*.json' ! -name '*.toml' ! -name '*.spdx' ! -name '*.html' \
        ! -name '*.py' ! -name '*.sh' ! -path '*/tests/*' | LC_ALL=C sort
}

# third_party_notices: which packages are in the program, under which licences, and each text once with whom it is of.
third_party_notices() {
    local work name version licence authors manifest file digest files
    work=$(mktemp -d)
    mkdir "$work/texts" "$work/of"
    shipped_packages >"$work/shipped"
    release_metadata | jq -r --rawfile shipped "$work/shipped" '
        ($shipped | split("\n") | INDEX(.)) as $names
        | .packages[] | select(.source != null and $names["\(.name) \(.version)"])
        | [.name, .version, .license // "see its text", (.authors | join(", ")), .manifest_path] | @tsv' |
        LC_ALL=C sort >"$work/packages"
    printf '%s\n' "What Matchday contains beside its own code, and under which terms." "" \
        "First all packages with their licences; where several are named with OR, one may be chosen. Then the texts." "" \
        >"$work/head"
    while IFS=$'\t' read -r name version licence authors manifest; do
        printf '%s %s: %s\n' "$name" "$version" "${licence//\// OR }" >>"$work/head"
        mapfile -t files < <(licence_files "$(dirname "$manifest")")
        if ((${#files[@]} == 0)); then
            printf '%s %s (%s), by %s\n' "$name" "$version" "${licence//\// OR }" "${authors:-its contributors}" >>"$work/without"
        fi
        for file in "${files[@]}"; do
            note "$file" "$name $version"
        done
    done <"$work/packages"
    printf '%s\n' "the fonts of tickets (Noto): OFL-1.1" \
        "GraphiQL's page: MIT and others, of which /graphiql serves its own list" >>"$work/head"
    note "$root/print/fonts/LICENCE.txt" "the fonts of tickets (Noto)"
    note "$root/server/graphiql/dist/LICENCES.txt" "GraphiQL's page"
    cat "$work/head"
    if [[ -s $work/without ]]; then
        printf '\nThese bring no text of their licences along, which are among those below:\n\n'
        cat "$work/without"
    fi
    for file in "$work"/of/*; do
        printf '\n%s\n%s\n\n' "$(printf -- '-%.0s' {1..100})" "$(LC_ALL=C sort -u "$file" | paste -sd ';' | sed 's/;/; /g')"
        cat "$work/texts/${file##*/}"
    done
    rm -rf "$work"
}

# note FILE WHOSE: remembers a text under what it says, whatever its name and the ends of its lines are.
note() {
    tr -d '\r' <"$1" | sed 's/[[:space:]]*$//' >"$work/text"
    digest=$(sha256sum <"$work/text" | cut -c 1-16)
    [[ -e $work/texts/$digest ]] || cp "$work/text" "$work/texts/$digest"
    printf '%s\n' "$2" >>"$work/of/$digest"
}
