{{- /*
The program's settings, by component. They stand in the pods themselves and not in a ConfigMap: a change of one then rolls the pods,
and the migration, which runs before anything else of the chart exists, has them too.
*/ -}}

{{- /* "true" where SQLite or a broker in the pod stands in for what is not named. */ -}}
{{- define "matchday.embedded" -}}
{{- if or (not (get .Values.existingSecrets "DATABASE_URL")) (not .Values.kafka.brokers) -}}true{{- end -}}
{{- end -}}

{{- /* "true" where serve leaves Kafka's partitions, the relay, expiry, payments and mails to workers. */ -}}
{{- define "matchday.visitorsOnly" -}}
{{- if .Values.workers.enabled -}}true{{- end -}}
{{- end -}}

{{- define "matchday.migrates" -}}
{{- if and .Values.migrations.enabled (get .Values.existingSecrets "DATABASE_URL") -}}true{{- end -}}
{{- end -}}

{{- /* A number or flag of `settings` as an environment has it: large numbers without an exponent. */ -}}
{{- define "matchday.text" -}}
{{- if kindIs "float64" . -}}{{ int64 . }}{{- else -}}{{ . }}{{- end -}}
{{- end -}}

{{- /* All settings of a component that are not secret, as YAML. */ -}}
{{- define "matchday.settings" -}}
{{- $values := .root.Values -}}
{{- $bind := $values.bindAddress -}}
{{- $answers := ne .component "migration" -}}
{{- range $name, $value := $values.settings }}
{{ $name }}: {{ include "matchday.text" $value | quote }}
{{- end }}
ENV: {{ $values.env }}
CLIENT_ID: {{ $values.site.clientId | quote }}
{{- with $values.site.name }}
MATCHDAY_SITE_NAME: {{ . | quote }}
{{- end }}
{{- with $values.site.publicUrl }}
MATCHDAY_PUBLIC_URL: {{ . | quote }}
{{- end }}
{{- if $answers }}
MATCHDAY_DRAIN_SECONDS: {{ $values.shutdown.drainSeconds | int64 | quote }}
{{- end }}
{{- if eq .component "storefront" }}
MATCHDAY_WEB_API_URL: http://{{ include "matchday.fullname" .root }}:{{ $values.service.port | int64 }}
{{- else }}
MATCHDAY_DATA_DIR: /data
MATCHDAY_MIGRATE: {{ ternary "false" "true" (not (empty (get $values.existingSecrets "DATABASE_URL"))) | quote }}
MATCHDAY_DATABASE_MAX_CONNECTIONS: {{ $values.database.poolSize | int64 | quote }}
{{- with $values.kafka.brokers }}
KAFKA_BROKERS: {{ . | quote }}
MATCHDAY_KAFKA_PARTITIONS: {{ $values.kafka.partitions | int64 | quote }}
MATCHDAY_KAFKA_REPLICATION: {{ $values.kafka.replication | int64 | quote }}
{{- end }}
{{- with $values.kafka.securityProtocol }}
KAFKA_SECURITY_PROTOCOL: {{ . }}
{{- end }}
{{- with $values.kafka.saslMechanism }}
KAFKA_SASL_MECHANISM: {{ . }}
{{- end }}
{{- end }}
{{- if has .component (list "serve" "storefront") }}
MATCHDAY_BIND: {{ printf "%s:8000" $bind | quote }}
MATCHDAY_ADMIN_BIND: {{ printf "%s:9000" $bind | quote }}
MATCHDAY_SHUTDOWN_DELAY_SECONDS: {{ $values.shutdown.delaySeconds | int64 | quote }}
{{- with include "matchday.proxies" . }}
MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES: {{ . | quote }}
{{- end }}
MATCHDAY_TRANSPORT_CONNECTIONS_MAX_CONNECTIONS: {{ $values.serve.maxConnections | int64 | quote }}
{{- end }}
{{- if eq .component "worker" }}
MATCHDAY_WORKER_BIND: {{ printf "%s:9000" $bind | quote }}
{{- end }}
{{- if eq .component "analytics" }}
MATCHDAY_LAKE_BIND: {{ printf "%s:9000" $bind | quote }}
{{- end }}
{{- if and (eq .component "serve") (gt (int $values.serve.threads) 0) }}
TOKIO_WORKER_THREADS: {{ $values.serve.threads | int64 | quote }}
{{- end }}
{{- end -}}

{{- /* Whose word about a visitor's address a component takes: serve takes the storefront's too. */ -}}
{{- define "matchday.proxies" -}}
{{- $proxies := default list .root.Values.trustedProxies -}}
{{- if and (eq .component "serve") .root.Values.storefront.enabled -}}
{{- $proxies = concat $proxies (default list .root.Values.storefront.podNetworks) | uniq -}}
{{- end -}}
{{- join "," $proxies -}}
{{- end -}}

{{- define "matchday.env" -}}
{{- range $name, $value := include "matchday.settings" . | fromYaml }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- if eq .component "worker" }}
# A name that outlives the pod: killed and started again, it takes its partitions back at once.
- name: MATCHDAY_KAFKA_INSTANCE_ID
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{- end }}
{{- if ne .component "storefront" }}
{{- range $name, $secret := .root.Values.existingSecrets }}
{{- if or (ne $.component "analytics") (hasPrefix "KAFKA_" $name) (hasPrefix "AWS_" $name) }}
{{- with $secret }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .key }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
