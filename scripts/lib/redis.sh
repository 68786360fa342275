# shellcheck shell=bash
# Redis, natively: memory only. Matchday keeps in it nothing that it may not lose.

redis_port=0 # set by scripts/services

redis_install() { ensure_commands redis-server:redis-server redis-cli:redis-tools; }

redis_start() {
    mkdir -p "$services/redis"
    spawn redis redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$services/redis" \
        --daemonize no --save '' --appendonly no
}

redis_ready() { [[ $(redis-cli -h 127.0.0.1 -p "$redis_port" ping) == PONG ]]; }

redis_finish() { :; }
