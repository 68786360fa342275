{{- /* What the pods of all components have in common. */ -}}

{{- /*
How long a pod may take to end, of which each part is the program's: the delay, the drain, 10 s for its tasks (the relay waits for
the broker's last answers), 5 s for clients of a broker that does not answer; and 15 s to spare.
*/ -}}
{{- define "matchday.graceSeconds" -}}
{{- $delay := ternary (int .root.Values.shutdown.delaySeconds) 0 (has .component (list "serve" "storefront")) -}}
{{- add $delay (int .root.Values.shutdown.drainSeconds) 10 5 15 -}}
{{- end -}}

{{- define "matchday.podMeta" -}}
{{- $root := .root -}}
{{- $annotations := deepCopy $root.Values.podAnnotations -}}
{{- if and $root.Values.metrics.podAnnotations (ne .component "migration") -}}
{{- $annotations = merge $annotations (dict "prometheus.io/scrape" "true" "prometheus.io/port" "9000" "prometheus.io/path" "/metrics") -}}
{{- end -}}
{{- with $root.Values.secretsRevision -}}
{{- $_ := set $annotations "matchday/secrets-revision" . -}}
{{- end -}}
labels:
  {{- include "matchday.labels" . | nindent 2 }}
  {{- with $root.Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "matchday.podSpec" -}}
{{- $root := .root -}}
# The variables that a cluster gives pods for each Service begin with the Service's name. MATCHDAY_PORT is not a setting, and the
# program refuses what it does not know.
enableServiceLinks: false
automountServiceAccountToken: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{- /* Where pods go: apart from each other, and as the component's values say. */ -}}
{{- define "matchday.placement" -}}
{{- range $key := list "nodeSelector" "tolerations" "affinity" "priorityClassName" }}
{{- with get $.of $key }}
{{- if kindIs "string" . }}
{{ $key }}: {{ . }}
{{- else }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
topologySpreadConstraints:
  {{- range $topology := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $topology }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "matchday.selectorLabels" $ | nindent 8 }}
  {{- end }}
{{- end -}}

{{- define "matchday.container" -}}
{{- $root := .root -}}
- name: matchday
  image: {{ include "matchday.image" $root | quote }}
  imagePullPolicy: {{ $root.Values.image.pullPolicy }}
  args: {{ .args | toJson }}
  env:
    {{- include "matchday.env" . | trim | nindent 4 }}
  {{- if ne .component "migration" }}
  ports:
    {{- if not (has .component (list "worker" "analytics")) }}
    - name: http
      containerPort: 8000
    {{- end }}
    - name: admin
      containerPort: 9000
  {{- include "matchday.probes" . | nindent 2 }}
  {{- end }}
  resources:
    {{- toYaml .of.resources | nindent 4 }}
  securityContext:
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    capabilities:
      drop: [ALL]
  {{- $mounts := include "matchday.mounts" . | trim }}
  {{- with $mounts }}
  volumeMounts:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- /*
Readiness is asked often, for a pod that stops says so at once; liveness seldom and of something else, for a restart mends no
database. /readyz answers within a second, whatever hangs.
*/ -}}
{{- define "matchday.probes" -}}
startupProbe:
  httpGet: {path: /readyz, port: admin}
  periodSeconds: 1
  timeoutSeconds: 4
  failureThreshold: 60
readinessProbe:
  httpGet: {path: /readyz, port: admin}
  periodSeconds: 2
  timeoutSeconds: 4
  failureThreshold: 2
livenessProbe:
  httpGet: {path: /healthz, port: admin}
  periodSeconds: 10
  timeoutSeconds: 4
  failureThreshold: 6
{{- end -}}

{{- define "matchday.mounts" -}}
{{- if ne .component "storefront" }}
- name: data
  mountPath: /data
{{- end }}
{{- range $index, $files := .root.Values.files }}
- name: files-{{ $index }}
  mountPath: {{ $files.path }}
  readOnly: true
{{- end }}
{{- end -}}

{{- define "matchday.volumes" -}}
{{- $root := .root -}}
{{- if ne .component "storefront" }}
- name: data
  {{- if and (eq .component "serve") (include "matchday.embedded" $root) $root.Values.embedded.persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ include "matchday.fullname" $root }}-data
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- end }}
{{- range $index, $files := $root.Values.files }}
- name: files-{{ $index }}
  {{- if $files.configMap }}
  configMap:
    name: {{ $files.configMap }}
  {{- else }}
  secret:
    secretName: {{ $files.secret }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /* What kube-score finds fault with on purpose, and why. */ -}}
{{- define "matchday.scoreExceptions" -}}
# By digest or version an image never changes, so asking the registry at each start only adds a way to fail.
{{- $ignored := list "container-image-pull-policy" }}
kube-score/ignore: {{ join "," $ignored }}
{{- end -}}
