# shellcheck shell=bash
# A throw-away certificate authority and the Kafka listener's certificate, made once per data folder.

# Leaves ca.pem (for clients) and server.pem (private key, then certificate: what Kafka calls a PEM key store).
certificates() {
    local dir=$services/tls
    [[ ! -s $dir/server.pem ]] || return 0
    ensure_commands openssl:openssl
    mkdir -p "$dir"
    printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n' >"$dir/server.ext"
    {
        openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=Matchday test authority' \
            -keyout "$dir/ca.key" -out "$dir/ca.pem"
        openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout "$dir/server.key" -out "$dir/server.csr"
        openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial \
            -days 3650 -extfile "$dir/server.ext" -out "$dir/server.crt"
    } >"$dir/log" 2>&1 || { cat "$dir/log" >&2; die "could not make the certificates"; }
    cat "$dir/server.key" "$dir/server.crt" >"$dir/server.part"
    # Readable by the container's user as well; it is worth nothing outside this machine.
    chmod 644 "$dir/server.part"
    mv "$dir/server.part" "$dir/server.pem"
}
