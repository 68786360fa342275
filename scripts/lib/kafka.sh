# shellcheck shell=bash
# Kafka, natively: one node in KRaft mode, run by the JDK from the jars that scripts/kafka/pom.xml names.

kafka_port=0 # these three are set by scripts/services
kafka_tls_port=0
kafka_controller_port=0

kafka_install() {
    local jars=$services/kafka/jars
    ensure_commands java:default-jre-headless pgrep:procps
    # The copy of the pom, written last, says which jars lie there.
    ! cmp -s "$root/scripts/kafka/pom.xml" "$jars/pom.xml" || return 0
    ensure_commands mvn:maven
    say "fetching Kafka's jars"
    rm -rf "$jars"
    mkdir -p "$jars" "$services/logs"
    mvn -q -B -f "$root/scripts/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
        -DoutputDirectory="$jars" >"$services/logs/maven.log" 2>&1 ||
        { tail -n 30 "$services/logs/maven.log" >&2; die "could not fetch Kafka's jars"; }
    cp "$root/scripts/kafka/pom.xml" "$jars/pom.xml"
}

# kafka_settings BIND DATA KEYSTORE: the committed settings and what depends on the machine.
kafka_settings() {
    cat "$root/scripts/kafka/server.properties"
    printf '%s\n' "" \
        "listeners=PLAINTEXT://$1:$kafka_port,TLS://$1:$kafka_tls_port,CONTROLLER://127.0.0.1:$kafka_controller_port" \
        "advertised.listeners=PLAINTEXT://127.0.0.1:$kafka_port,TLS://127.0.0.1:$kafka_tls_port" \
        "controller.quorum.voters=1@127.0.0.1:$kafka_controller_port" \
        "log.dirs=$2" \
        "ssl.keystore.location=$3"
}

# The cluster's id lives as long as its data: Matchday keys "already applied" offsets by it.
kafka_cluster_id() {
    local file=$services/kafka/cluster-id
    mkdir -p "$services/kafka"
    [[ -s $file ]] || printf 'M%s\n' "$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c 2-22)" >"$file"
    cat "$file"
}

kafka_java() {
    local class=$1
    shift
    "$@" java -Xmx512m -XX:+UseSerialGC -Djava.net.preferIPv4Stack=true \
        -Dlog4j.configuration="file:$root/scripts/kafka/log4j.properties" -cp "$services/kafka/jars/*" "$class" \
        "${kafka_arguments[@]}"
}

kafka_start() {
    local settings=$services/kafka/server.properties data=$services/kafka/data
    certificates
    mkdir -p "$services/kafka"
    kafka_settings 127.0.0.1 "$data" "$services/tls/server.pem" >"$settings"
    if [[ ! -s $data/meta.properties ]]; then
        kafka_arguments=(format -t "$(kafka_cluster_id)" -c "$settings")
        kafka_java kafka.tools.StorageTool env >"$(log_file kafka)" 2>&1 ||
            { tail -n 30 "$(log_file kafka)" >&2; die "could not format Kafka's data folder"; }
    fi
    kafka_arguments=("$settings")
    kafka_java kafka.Kafka spawn kafka
}

# The broker says "started" once it is unfenced, which is when it answers clients.
kafka_ready() { grep -q 'Kafka Server started' "$(log_file kafka)" && port_answers "$kafka_tls_port"; }

kafka_finish() { :; }
