# shellcheck shell=bash
# The services as containers: what scripts/services does where a Docker engine answers.

# The settings of scripts/services.compose.yml, and one compose project per data folder.
compose() {
    local project
    project=matchday-$(cksum <<<"$services" | cut -d ' ' -f 1)
    POSTGRES_PORT=$postgres_port REDIS_PORT=$redis_port KAFKA_PORT=$kafka_port KAFKA_TLS_PORT=$kafka_tls_port \
        KAFKA_CLUSTER_ID=$(kafka_cluster_id) KAFKA_CONFIG=$services/kafka/docker KAFKA_KEYSTORE=$services/tls/server.pem \
        docker compose -p "$project" -f "$root/scripts/services.compose.yml" "$@"
}

docker_up() {
    certificates
    mkdir -p "$services/kafka/docker"
    kafka_settings 0.0.0.0 /var/lib/kafka/data /etc/kafka/secrets/server.pem >"$services/kafka/docker/server.properties"
    if ! compose up --detach --wait --wait-timeout 180 >&2; then
        compose logs --tail 30 >&2
        die "the containers did not become healthy"
    fi
}

docker_down() { compose down >&2; }
docker_stop() { compose stop "$1" >&2; }
docker_kill() { compose kill "$1" >&2; }
docker_pause() { compose pause "$1" >&2; }
docker_resume() { compose unpause "$1" >&2; }
docker_start() { compose up --detach --wait --wait-timeout 180 "$1" >&2; }

# Prints the container's id; fails when it does not run.
docker_where() {
    local id
    id=$(compose ps --status running --quiet "$1" 2>/dev/null)
    [[ -n $id ]] && printf 'container %s' "${id:0:12}"
}

docker_wipe() {
    compose down --volumes >&2
    rm -f "$services/kafka/cluster-id"
}
