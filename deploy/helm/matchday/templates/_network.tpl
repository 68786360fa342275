{{- /* Who may reach the pods of a component, and what they may. A peer without a name has no rule: an empty list would mean any peer. */ -}}

{{- define "matchday.networkIngress" -}}
{{- $policy := .root.Values.networkPolicy -}}
{{- $hasStorefront := .root.Values.storefront.enabled -}}
{{- $visitors := list -}}
{{- if has .component (list "serve" "storefront") }}{{ $visitors = default list $policy.gateway }}{{ end -}}
{{- if eq .component "serve" }}{{ $visitors = concat $visitors (default list $policy.router) }}{{ end -}}
{{- if and (eq .component "serve") $hasStorefront }}
- from:
    - podSelector:
        matchLabels:
          {{- include "matchday.selectorLabels" (dict "root" .root "component" "storefront") | nindent 10 }}
  ports:
    - {protocol: TCP, port: http}
{{- end }}
{{- with $visitors }}
- from:
    {{- toYaml . | nindent 4 }}
  ports:
    - {protocol: TCP, port: http}
{{- end }}
{{- if ne .component "migration" }}
{{- with $policy.monitoring }}
- from:
    {{- toYaml . | nindent 4 }}
  ports:
    - {protocol: TCP, port: admin}
{{- end }}
{{- end }}
{{- end -}}

{{- define "matchday.networkEgress" -}}
{{- $policy := .root.Values.networkPolicy -}}
{{- $secrets := .root.Values.existingSecrets -}}
- to:
    {{- toYaml $policy.dns.to | nindent 4 }}
  ports:
    - {protocol: UDP, port: {{ int $policy.dns.port }}}
    - {protocol: TCP, port: {{ int $policy.dns.port }}}
{{- if eq .component "storefront" }}
- to:
    - podSelector:
        matchLabels:
          {{- include "matchday.selectorLabels" (dict "root" .root "component" "serve") | nindent 10 }}
  ports:
    - {protocol: TCP, port: http}
{{- else }}
{{- $peers := list -}}
{{- $isOfSite := ne .component "analytics" -}}
{{- if and $isOfSite (get $secrets "DATABASE_URL") }}{{ $peers = append $peers $policy.postgres }}{{ end -}}
{{- if ne .component "migration" }}
{{- if and $isOfSite (get $secrets "REDIS_URL") }}{{ $peers = append $peers $policy.redis }}{{ end -}}
{{- if .root.Values.kafka.brokers }}{{ $peers = append $peers $policy.kafka }}{{ end -}}
{{- if and $isOfSite (get $secrets "MATCHDAY_MAIL_SMTP_URL") }}{{ $peers = append $peers $policy.smtp }}{{ end -}}
{{- if and (eq .component "serve") (get $secrets "MATCHDAY_SEARCH_URL") }}{{ $peers = append $peers $policy.search }}{{ end -}}
{{- if $policy.https.to }}{{ $peers = append $peers $policy.https }}{{ end -}}
{{- end }}
{{- range $peer := $peers }}
- to:
    {{- toYaml $peer.to | nindent 4 }}
  ports:
    - {protocol: TCP, port: {{ int $peer.port }}}
{{- end }}
{{- if ne .component "migration" }}
{{- with $policy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
