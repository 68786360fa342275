# shellcheck shell=bash
# Images without a Docker engine: buildah builds deploy/Dockerfile as it is, umoci unpacks the result, runc runs it.
#
# No registry of images is asked. What the Dockerfile begins with are stand-ins by the same names: in place of the compiler's
# image one whose `cargo` hands over a program that is built already, in place of distroless the same Debian's packages.

image_work='' # a folder of the caller's, which removes it

image_tools() {
    ensure_commands buildah:buildah umoci:umoci runc:runc jq:jq curl:curl strip:binutils
    mkdir -p "$image_work"/{storage,run,tmp}
    printf '{"default":[{"type":"insecureAcceptAnything"}]}\n' >"$image_work/policy.json"
    printf 'unqualified-search-registries = []\n' >"$image_work/registries.conf"
    printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/storage"\nrunroot = "%s/run"\n' "$image_work" "$image_work" \
        >"$image_work/storage.conf"
}

# With a storage, settings and a temporary folder of its own, so that nothing of it stays behind.
buildah_here() {
    CONTAINERS_STORAGE_CONF=$image_work/storage.conf CONTAINERS_REGISTRIES_CONF=$image_work/registries.conf \
        TMPDIR=$image_work/tmp buildah --root "$image_work/storage" --runroot "$image_work/run" \
        --storage-driver vfs "$@"
}

# The name that the Dockerfile gives to an argument: image_argument RUST.
image_argument() { sed -n "s/^ARG $1=//p" "$root/deploy/Dockerfile" | head -n 1; }

# image_of FOLDER NAME [LINE...]: an image of the folder's files, with further lines of a Dockerfile.
image_of() {
    local folder=$1 name=$2
    shift 2
    printf '%s\n' "FROM scratch" "COPY . /" "$@" >"$image_work/standin.Dockerfile"
    buildah_here bud --quiet --isolation chroot --timestamp 0 --signature-policy "$image_work/policy.json" \
        --file "$image_work/standin.Dockerfile" --tag "$name" "$folder" >/dev/null
}

# base_stand_in PROGRAM: what distroless/cc is made of, as far as the program has to do with it: the C library and its loader, the
# compiler's runtime, and the authorities that Kafka's TLS trusts; OpenSSL for programs for tests, which bring none of their own.
# What the program never opens (converters of character sets, documents) is left out.
base_stand_in() {
    local folder=$image_work/base packages=$image_work/packages package needed=(libc6 libgcc-s1 ca-certificates)
    ! objdump -p "$1" | grep 'NEEDED *libssl.so.3' >/dev/null || needed+=(libssl3)
    mkdir -p "$folder"/{etc/ssl/certs,home/nonroot,tmp} "$packages"
    (cd "$packages" && apt-get download -q "${needed[@]}" >/dev/null 2>&1) ||
        { as_root apt-get update -q >/dev/null && (cd "$packages" && apt-get download -q "${needed[@]}"); } || return
    for package in "$packages"/*.deb; do
        dpkg-deb --extract "$package" "$folder" || return
    done
    find "$folder/usr/share/ca-certificates" -name '*.crt' | LC_ALL=C sort |
        xargs cat >"$folder/etc/ssl/certs/ca-certificates.crt" || return
    (cd "$folder" && rm -rf usr/share usr/sbin usr/bin sbin etc/ca-certificates* etc/init.d etc/default \
        usr/lib/*/gconv lib/systemd) || return
    printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' \
        >"$folder/etc/passwd"
    printf 'root:x:0:\nnonroot:x:65532:\n' >"$folder/etc/group"
    rmdir "$folder/tmp"
    chown -R 0:0 "$folder"
    chown 65532:65532 "$folder/home/nonroot"
    find "$folder" -type d -exec chmod 0755 {} +
    (cd "$folder" && find . | LC_ALL=C sort) >"$image_work/base.list"
    # As of distroless/cc-debian12:nonroot.
    image_of "$folder" "$(image_argument BASE)" \
        'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
        'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt' 'USER 65532' 'WORKDIR /home/nonroot'
}

# compiler_stand_in PROGRAM: what RUN needs, and a `cargo` that checks what it is asked for and hands over the program.
compiler_stand_in() {
    local folder=$image_work/compiler tools=() tool
    mkdir -p "$folder"/{bin,tmp,usr/local/bin,usr/local/cargo/registry}
    for tool in sh cp install mkdir; do
        tools+=("$(command -v "$tool")")
    done
    cp --dereference "${tools[@]}" "$folder/bin/"
    # The libraries that they are linked to, at their own places.
    ldd "${tools[@]}" | grep -o '/[^ :]*\.so[^ :]*' | sort -u | xargs cp --dereference --parents -t "$folder" || return
    install -m 0555 "$1" "$folder/program"
    cat >"$folder/usr/local/bin/cargo" <<'END'
#!/bin/sh
# The compiler's place is taken: the program is built already. What a build needs has to be there, and nothing else.
set -eu
[ "$*" = "build --locked --profile dist --package server --features kafka-tls" ] || { echo "asked: cargo $*"; exit 1; }
for needed in Cargo.toml Cargo.lock .cargo/config.toml server/src/main.rs schema.graphql LICENSE; do
    [ -e "$needed" ] || { echo "$needed is missing in the context"; exit 1; }
done
for other in .git .services .tools data deploy artefacts deploy/.env target/debug target/release; do
    [ ! -e "$other" ] || { echo "$other is in the context"; exit 1; }
done
mkdir -p target/dist
cp /program target/dist/matchday
END
    chmod 0755 "$folder/usr/local/bin/cargo"
    image_of "$folder" "$(image_argument RUST)" 'ENV PATH=/usr/local/bin:/bin'
}

# build_image CONTEXT NAME EPOCH [ARGUMENT=VALUE...]: deploy/Dockerfile as it is; prints the image's id.
build_image() {
    local context=$1 name=$2 epoch=$3 argument arguments=()
    shift 3
    for argument in "$@"; do
        arguments+=(--build-arg "$argument")
    done
    # The build mounts its caches, which runs of other names do not share.
    buildah_here bud --quiet --isolation chroot --pull-never --no-cache --layers=false --timestamp "$epoch" \
        --signature-policy "$image_work/policy.json" --iidfile "$image_work/id" "${arguments[@]}" \
        --file "$root/deploy/Dockerfile" --tag "$name" "$context" >&2 || return
    cat "$image_work/id"
}

# save_image NAME FOLDER TAG: writes it as an OCI layout, compressed.
save_image() {
    buildah_here push --quiet --signature-policy "$image_work/policy.json" "$1" "oci:$2:$3" >&2
}

# Bytes of all layers as they travel: layers_size FOLDER.
layers_size() {
    local manifest
    manifest=$(jq -r '.manifests[0].digest | ltrimstr("sha256:")' "$1/index.json")
    jq '[.layers[].size] | add' "$1/blobs/sha256/$manifest"
}
