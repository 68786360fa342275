# shellcheck shell=bash
# OpenSearch: one node, run by the JRE from the jars that scripts/opensearch/pom.xml names. Few tests need it, so it is started by name
# alone, and is a process of this machine wherever the others run.
#
# OpenSearch refuses to run as root, so under root it runs as `nobody`, which owns its folder.

opensearch_port=0 # these two are set by scripts/services
opensearch_transport_port=0

as_opensearch=(env)
((EUID != 0)) || as_opensearch=(setpriv --reuid=nobody --regid=nogroup --clear-groups --)

# A clone below a private folder is out of the user's reach: the node then lives in /var/tmp, and a link shows where.
opensearch_folder() {
    local folder=$services/opensearch
    if [[ ! -e $folder ]]; then
        mkdir -p "$folder"
        if ! "${as_opensearch[@]}" test -x "$folder"; then
            rmdir "$folder"
            ln -sfn "$(mktemp -d /var/tmp/matchday-opensearch.XXXXXX)" "$folder"
            chmod 755 "$(realpath "$folder")"
        fi
    fi
    realpath "$folder"
}

# opensearch_fetch FOLDER: all jars, unchecked.
opensearch_fetch() {
    ensure_commands mvn:maven
    say "fetching OpenSearch's jars"
    rm -rf "$1"
    mkdir -p "$1" "$services/logs"
    mvn -q -B -f "$root/scripts/opensearch/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
        -DoutputDirectory="$1" >"$services/logs/maven-opensearch.log" 2>&1 ||
        { tail -n 30 "$services/logs/maven-opensearch.log" >&2; die "could not fetch OpenSearch's jars"; }
}

opensearch_install() {
    local home=$1 lib=$1/lib module=$1/modules/transport-netty4 sums=$root/scripts/opensearch/jars.sha256
    ensure_commands java:default-jre-headless pgrep:procps
    # The copy of the sums, written last, says which jars lie there.
    ! cmp -s "$sums" "$home/jars.sha256" || return 0
    opensearch_fetch "$lib"
    (cd "$lib" && sha256sum --check --strict --quiet "$sums" >&2) || die "a jar of OpenSearch is not what it was"
    [[ $(find "$lib" -name '*.jar' | wc -l) == $(wc -l <"$sums") ]] || die "OpenSearch has jars that $sums does not name"
    rm -rf "$module"
    mkdir -p "$module"
    # No class may be both in a module and beside it.
    mv "$lib"/netty-*.jar "$lib"/transport-netty4-client-*.jar "$module"
    cp "$root"/scripts/opensearch/transport-netty4/* "$module"
    cp "$sums" "$home/jars.sha256"
}

# What the jars are found to be, to be looked at and committed.
opensearch_sums() {
    local fetched
    fetched=$(mktemp -d)
    opensearch_fetch "$fetched"
    (cd "$fetched" && sha256sum -- *.jar) >"$root/scripts/opensearch/jars.sha256"
    rm -rf "$fetched"
}

opensearch_start() {
    local home
    home=$(opensearch_folder)
    opensearch_install "$home"
    mkdir -p "$home/config" "$home/data" "$home/logs" "$home/plugins" "$home/bin" "$home/tmp"
    cp "$root/scripts/opensearch/log4j2.properties" "$home/config"
    {
        cat "$root/scripts/opensearch/opensearch.yml"
        printf '%s\n' "http.port: $opensearch_port" "transport.port: $opensearch_transport_port" \
            "path.data: $home/data" "path.logs: $home/logs"
    } >"$home/config/opensearch.yml"
    ((EUID != 0)) || chown -R nobody:nogroup "$home"/{config,data,logs,tmp}
    # Java 17 still has the security manager that this line of OpenSearch asks for.
    spawn opensearch "${as_opensearch[@]}" java -Xms512m -Xmx512m -XX:+UseSerialGC -Djava.net.preferIPv4Stack=true \
        -Djava.security.manager=allow -Djava.io.tmpdir="$home/tmp" -Dio.netty.noUnsafe=true -Dlog4j2.disable.jmx=true \
        -Dlog4j.shutdownHookEnabled=false -Dopensearch.path.home="$home" -Dopensearch.path.conf="$home/config" \
        -Dopensearch.distribution.type=tar -Dopensearch.bundled_jdk=false -cp "$home/lib/*" \
        org.opensearch.bootstrap.OpenSearch
}

opensearch_ready() { grep -q 'o\.o\.n\.Node\] started$' "$(log_file opensearch)" && port_answers "$opensearch_port"; }

opensearch_finish() { :; }

opensearch_wipe() { rm -rf "$(realpath -m "$services/opensearch")/data"; }
