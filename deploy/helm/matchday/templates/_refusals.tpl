{{- /*
What would be installed and then go wrong: said before anything is, all at once, each line naming the value and what would be right.
deploy/helm/tests/refused.tsv has a case for each.
*/ -}}

{{- define "matchday.refusals" -}}
{{- include "matchday.refusals.production" . }}
{{- include "matchday.refusals.settings" . }}
{{- include "matchday.refusals.instances" . }}
{{- include "matchday.refusals.database" . }}
{{- include "matchday.refusals.front" . }}
{{- include "matchday.refusals.scaling" . }}
{{- include "matchday.refusals.peers" . }}
{{- end -}}

{{- /* What ENV=prod needs; the program would say so too, but only once its pods crash. */ -}}
{{- define "matchday.refusals.production" -}}
{{- $secrets := .Values.existingSecrets -}}
{{- if eq .Values.env "prod" }}
{{- range $name := list "DATABASE_URL" "REDIS_URL" "MATCHDAY_JWT_SECRET" "MATCHDAY_MAIL_SMTP_URL" }}
{{- if not (get $secrets $name) }}
- existingSecrets.{{ $name }} is missing, and env: prod does not run without it; name the Secret and its key, or try values-dev.yaml
{{- end }}
{{- end }}
{{- if not .Values.kafka.brokers }}
- kafka.brokers is empty, and env: prod does not run on the embedded broker; name the brokers as host:port, or try values-dev.yaml
{{- end }}
{{- if and (get $secrets "STRIPE_SECRET_KEY") (not (get $secrets "STRIPE_WEBHOOK_SECRET")) }}
- existingSecrets.STRIPE_WEBHOOK_SECRET is missing, and without it Stripe's events are not believed; name it beside STRIPE_SECRET_KEY
{{- end }}
{{- if eq .Values.image.tag "latest" }}
- image.tag is latest, which is another program after each push, so that pods differ and a rollback changes nothing; name a version or a digest
{{- end }}
{{- range $network := .Values.trustedProxies }}
{{- if regexMatch "^[0-9.]+/[0-7]$|:.*/([0-9]|1[0-5])$" $network }}
- trustedProxies has {{ $network }}, so wide that visitors could forge their own addresses; name the networks of your proxies
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* A setting that two places gave would have two values; a secret in values ends up in the release and in version control. */ -}}
{{- define "matchday.refusals.settings" -}}
{{- $secret := list "DATABASE_URL" "REDIS_URL" "KAFKA_SASL_USERNAME" "KAFKA_SASL_PASSWORD" "MATCHDAY_JWT_SECRET" "MATCHDAY_MAIL_SMTP_URL" "MATCHDAY_SEARCH_URL" "STRIPE_SECRET_KEY" "STRIPE_WEBHOOK_SECRET" "MATCHDAY_OIDC_CLIENT_SECRET" "MATCHDAY_CAPTCHA_SECRET" "AWS_SECRET_ACCESS_KEY" "AWS_SESSION_TOKEN" -}}
{{- $ours := dict
  "ENV" "env"
  "CLIENT_ID" "site.clientId"
  "MATCHDAY_SITE_NAME" "site.name"
  "MATCHDAY_PUBLIC_URL" "site.publicUrl"
  "KAFKA_BROKERS" "kafka.brokers"
  "KAFKA_SECURITY_PROTOCOL" "kafka.securityProtocol"
  "KAFKA_SASL_MECHANISM" "kafka.saslMechanism"
  "MATCHDAY_KAFKA_PARTITIONS" "kafka.partitions"
  "MATCHDAY_KAFKA_REPLICATION" "kafka.replication"
  "MATCHDAY_DATABASE_MAX_CONNECTIONS" "database.poolSize"
  "MATCHDAY_MIGRATE" "migrations.enabled"
  "MATCHDAY_SHUTDOWN_DELAY_SECONDS" "shutdown.delaySeconds"
  "MATCHDAY_DRAIN_SECONDS" "shutdown.drainSeconds"
  "MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES" "trustedProxies"
  "MATCHDAY_TRANSPORT_CONNECTIONS_MAX_CONNECTIONS" "serve.maxConnections"
  "MATCHDAY_BIND" "bindAddress"
  "MATCHDAY_ADMIN_BIND" "bindAddress"
  "MATCHDAY_WORKER_BIND" "bindAddress"
  "MATCHDAY_LAKE_BIND" "bindAddress"
  "MATCHDAY_WEB_API_URL" "storefront.enabled"
  "MATCHDAY_VISITORS_ONLY" "workers.enabled"
  "MATCHDAY_KAFKA_INSTANCE_ID" "workers.enabled"
  "MATCHDAY_DATA_DIR" "embedded.persistence"
  "TOKIO_WORKER_THREADS" "serve.threads" -}}
{{- range $name, $value := .Values.settings }}
{{- if has $name $secret }}
- settings.{{ $name }} is a secret, and values are no place for one; name an existing Secret in existingSecrets.{{ $name }}
{{- else if hasKey $ours $name }}
- settings.{{ $name }} is set by the chart; use the value {{ get $ours $name }}
{{- end }}
{{- end }}
{{- if hasPrefix "SASL" .Values.kafka.securityProtocol }}
{{- range $name := list "KAFKA_SASL_USERNAME" "KAFKA_SASL_PASSWORD" }}
{{- if not (get $.Values.existingSecrets $name) }}
- existingSecrets.{{ $name }} is missing, and kafka.securityProtocol: {{ $.Values.kafka.securityProtocol }} needs it; name the Secret and its key
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* "true" where there may be more than one pod that serves. */ -}}
{{- define "matchday.isScaled" -}}
{{- if or .Values.serve.autoscaling.enabled (gt (int .Values.serve.replicas) 1) -}}true{{- end -}}
{{- end -}}

{{- define "matchday.refusals.instances" -}}
{{- $isScaled := include "matchday.isScaled" . -}}
{{- $isEmbedded := include "matchday.embedded" . -}}
{{- $parts := list -}}
{{- if not (get .Values.existingSecrets "DATABASE_URL") }}{{ $parts = append $parts "SQLite (no existingSecrets.DATABASE_URL)" }}{{ end -}}
{{- if not .Values.kafka.brokers }}{{ $parts = append $parts "a broker of its own (no kafka.brokers)" }}{{ end -}}
{{- if and $isEmbedded $isScaled }}
- serve has more than one pod, but each would have {{ join " and " $parts }}; set serve.replicas: 1 and serve.autoscaling.enabled: false, or name the real services
{{- end }}
{{- if and $isEmbedded .Values.workers.enabled }}
- workers.enabled: true, but they would share nothing with serve, which has {{ join " and " $parts }}; set workers.enabled: false, or name the real services
{{- end }}
{{- if and (not $isEmbedded) (or $isScaled .Values.workers.enabled) (not (get .Values.existingSecrets "MATCHDAY_JWT_SECRET")) }}
- existingSecrets.MATCHDAY_JWT_SECRET is missing, so each pod would make up its own and refuse the tokens of the others; name the Secret and its key
{{- end }}
{{- if and .Values.workers.enabled (gt (int .Values.workers.replicas) (int .Values.kafka.partitions)) }}
- workers.replicas: {{ int .Values.workers.replicas }} is more than kafka.partitions: {{ int .Values.kafka.partitions }}, so some would have nothing to read; take fewer workers, or topics of more partitions
{{- end }}
{{- if .Values.analytics.enabled }}
{{- if not .Values.kafka.brokers }}
- analytics.enabled: true, but there are no kafka.brokers to read from; set analytics.enabled: false, for serve writes the lake of its own broker
{{- end }}
{{- if not (hasPrefix "s3://" (toString (get .Values.settings "MATCHDAY_LAKE_URL"))) }}
- settings.MATCHDAY_LAKE_URL is not an s3:// address, so the lake would end with its pod; name a bucket, as in s3://bucket/matchday
{{- end }}
{{- end }}
{{- if and .Values.migrations.enabled (not (get .Values.existingSecrets "DATABASE_URL")) }}
- migrations.enabled: true, but there is no existingSecrets.DATABASE_URL to migrate; set migrations.enabled: false, for the embedded database is migrated at start
{{- end }}
{{- end -}}

{{- /* Pods of serve at most. */ -}}
{{- define "matchday.servePods" -}}
{{- $serve := .Values.serve -}}
{{- ternary $serve.autoscaling.maxReplicas $serve.replicas $serve.autoscaling.enabled | int -}}
{{- end -}}

{{- /*
Connections at most. A roll of serve has old pods that drain beside new ones, up to as many again; workers are replaced one by one. A
start looks at what it connects to over two more, and so does the migration.
*/ -}}
{{- define "matchday.connections" -}}
{{- $workers := ternary .Values.workers.replicas 0 .Values.workers.enabled | int -}}
{{- $pods := add (mul 2 (include "matchday.servePods" . | int)) $workers -}}
{{- add (mul $pods (int .Values.database.poolSize)) 4 -}}
{{- end -}}

{{- define "matchday.refusals.database" -}}
{{- $database := .Values.database -}}
{{- if get .Values.existingSecrets "DATABASE_URL" }}
{{- $needed := include "matchday.connections" . | int -}}
{{- $there := sub (int $database.serverConnections) (int $database.reservedConnections) | int -}}
{{- if gt $needed $there }}
- {{ include "matchday.servePods" . }} pods of serve, twice during a roll, and the workers take up to {{ $needed }} connections (database.poolSize: {{ int $database.poolSize }}), but database.serverConnections leaves {{ $there }}; take fewer pods or smaller pools, or raise max_connections of Postgres and say so here
{{- end }}
{{- end }}
{{- end -}}

{{- define "matchday.refusals.front" -}}
{{- $values := .Values -}}
{{- $isOpen := or $values.route.enabled $values.ingress.enabled -}}
{{- $hosts := concat (ternary (default list $values.route.hostnames) list $values.route.enabled) (ternary (default list $values.ingress.hosts) list $values.ingress.enabled) -}}
{{- if and $isOpen (not $values.trustedProxies) }}
- trustedProxies is empty, but a route or an ingress is enabled: all visitors would have the gateway's address, share one limit and be blocked together; name the networks that the gateway's pods or nodes connect from
{{- end }}
{{- if and $values.storefront.enabled (not $values.storefront.podNetworks) }}
- storefront.podNetworks is empty, so to serve all visitors would have the storefront's address; name the networks that pods have their addresses from
{{- end }}
{{- if and $values.route.enabled (not $values.route.parentRefs) }}
- route.parentRefs is empty, so no Gateway would take the route; name one
{{- end }}
{{- if and $values.ingress.enabled (not $values.ingress.hosts) }}
- ingress.hosts is empty, so the site would answer to every name; name its host
{{- end }}
{{- if and $isOpen (eq $values.env "prod") }}
{{- if not (hasPrefix "https://" $values.site.publicUrl) }}
- site.publicUrl is {{ $values.site.publicUrl | quote }}, so mails and tickets would lead nowhere, or travel in clear text; write https:// and the host that visitors know
{{- else if $hosts }}
{{- $host := (urlParse $values.site.publicUrl).hostname -}}
{{- if not (or (has $host $hosts) (has (regexReplaceAll "^[^.]+" $host "*") $hosts)) }}
- site.publicUrl is at {{ $host }}, which is none of the hosts of the route or the ingress ({{ join ", " $hosts }}); add it there
{{- end }}
{{- end }}
{{- end }}
{{- if and $isOpen (eq (int $values.shutdown.delaySeconds) 0) }}
- shutdown.delaySeconds is 0, but a route or an ingress is enabled: pods that stop would refuse what the gateway still sends them; give it the seconds that endpoints take to be withdrawn, such as 10
{{- end }}
{{- /* Sockets are closed at 2,000 a second, and running requests get 5 s. */ -}}
{{- $seconds := add 5 (div (add (int $values.serve.maxConnections) 1999) 2000) | int -}}
{{- if lt (int $values.shutdown.drainSeconds) $seconds }}
- shutdown.drainSeconds: {{ int $values.shutdown.drainSeconds }} is too short for serve.maxConnections: {{ int $values.serve.maxConnections }}, whose sockets are closed 2,000 a second; give it {{ $seconds }} or take fewer connections
{{- end }}
{{- end -}}

{{- define "matchday.refusals.scaling" -}}
{{- $scaling := .Values.serve.autoscaling -}}
{{- $metrics := .Values.metrics -}}
{{- if $scaling.enabled }}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) }}
- serve.autoscaling.minReplicas: {{ int $scaling.minReplicas }} is more than maxReplicas: {{ int $scaling.maxReplicas }}
{{- end }}
{{- if gt (int $scaling.socketsPerPod) 0 }}
{{- if not (or $metrics.serviceMonitor.enabled $metrics.podAnnotations $metrics.scrapedElsewhere) }}
- serve.autoscaling.socketsPerPod needs the metric matchday_sockets, but nothing scrapes the pods; enable metrics.serviceMonitor or metrics.podAnnotations, say metrics.scrapedElsewhere: true, or set socketsPerPod: 0 to scale by CPU alone
{{- end }}
{{- if gt (mul 10 (int $scaling.socketsPerPod)) (mul 8 (int .Values.serve.maxConnections)) }}
- serve.autoscaling.socketsPerPod: {{ int $scaling.socketsPerPod }} is more than 80 % of serve.maxConnections: {{ int .Values.serve.maxConnections }}, so pods would be full before there are more of them
{{- end }}
{{- end }}
{{- end }}
{{- $scaling = .Values.storefront.autoscaling -}}
{{- if and .Values.storefront.enabled $scaling.enabled (gt (int $scaling.minReplicas) (int $scaling.maxReplicas)) }}
- storefront.autoscaling.minReplicas: {{ int $scaling.minReplicas }} is more than maxReplicas: {{ int $scaling.maxReplicas }}
{{- end }}
{{- if and $metrics.prometheusRule.enabled (not (dig "groups" false ($metrics.prometheusRule.rules | fromYaml))) }}
- metrics.prometheusRule.rules has no rules; give it a file, as in --set-file metrics.prometheusRule.rules=deploy/observability/alerts.yaml
{{- end }}
{{- end -}}

{{- /* An empty list in a NetworkPolicy means any peer; an operator who leaves it empty means none. */ -}}
{{- define "matchday.refusals.peers" -}}
{{- $policy := .Values.networkPolicy -}}
{{- $secrets := .Values.existingSecrets -}}
{{- if $policy.enabled }}
{{- $needed := dict -}}
{{- if or .Values.route.enabled .Values.ingress.enabled }}{{ $_ := set $needed "gateway" (list $policy.gateway "the gateway could not reach the site") }}{{ end -}}
{{- if or .Values.metrics.serviceMonitor.enabled .Values.metrics.podAnnotations }}{{ $_ := set $needed "monitoring" (list $policy.monitoring "Prometheus could not scrape the pods") }}{{ end -}}
{{- $_ := set $needed "dns.to" (list $policy.dns.to "no name could be looked up") -}}
{{- if get $secrets "DATABASE_URL" }}{{ $_ := set $needed "postgres.to" (list $policy.postgres.to "Postgres could not be reached") }}{{ end -}}
{{- if get $secrets "REDIS_URL" }}{{ $_ := set $needed "redis.to" (list $policy.redis.to "Redis could not be reached") }}{{ end -}}
{{- if .Values.kafka.brokers }}{{ $_ := set $needed "kafka.to" (list $policy.kafka.to "the brokers could not be reached") }}{{ end -}}
{{- if get $secrets "MATCHDAY_MAIL_SMTP_URL" }}{{ $_ := set $needed "smtp.to" (list $policy.smtp.to "no mail could be sent") }}{{ end -}}
{{- if get $secrets "MATCHDAY_SEARCH_URL" }}{{ $_ := set $needed "search.to" (list $policy.search.to "OpenSearch could not be reached") }}{{ end -}}
{{- if get $secrets "STRIPE_SECRET_KEY" }}{{ $_ := set $needed "https.to" (list $policy.https.to "Stripe could not be reached") }}{{ end -}}
{{- range $name, $peer := $needed }}
{{- if not (first $peer) }}
- networkPolicy.{{ $name }} is empty, so {{ last $peer }}; name the peers as NetworkPolicy has them, or set networkPolicy.enabled: false
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
