{{- /* Names and labels. 40 characters leave room for the longest ending and for what controllers add to a StatefulSet's name. */ -}}

{{- define "matchday.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "matchday.fullname" -}}
{{- $name := include "matchday.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* The pods of a component; without one, all of the release. */ -}}
{{- define "matchday.selectorLabels" -}}
app.kubernetes.io/name: {{ include "matchday.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "matchday.labels" -}}
{{ include "matchday.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "matchday.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "matchday.serviceAccount" -}}
{{- $account := .Values.serviceAccount -}}
{{- if $account.create -}}
{{- default (include "matchday.fullname" .) $account.name -}}
{{- else -}}
{{- default "default" $account.name -}}
{{- end -}}
{{- end -}}

{{- /* Whom visitors talk to. */ -}}
{{- define "matchday.front" -}}
{{- ternary "storefront" "serve" .Values.storefront.enabled -}}
{{- end -}}

{{- /* The Service of what visitors talk to. */ -}}
{{- define "matchday.frontService" -}}
{{- include "matchday.fullname" . -}}{{- if .Values.storefront.enabled -}}-storefront{{- end -}}
{{- end -}}

{{- /* What the public asks the API for and the storefront does not send on. */ -}}
{{- define "matchday.apiPaths" -}}
[/webhooks/stripe, /.well-known/jwks.json, /.well-known/ticket-keys.json]
{{- end -}}
