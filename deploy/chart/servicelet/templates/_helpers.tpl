{{- define "servicelet.capabilities" -}}
{{- if eq (.Values.config.mode | default "iptables") "nftables" -}}
[NET_ADMIN]
{{- else -}}
[NET_ADMIN, NET_RAW]
{{- end -}}
{{- end -}}
{{- define "servicelet.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
