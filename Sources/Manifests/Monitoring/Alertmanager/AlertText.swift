import StackModel

/// What a person reads in a message. Alerts come in groups, and labels or words in which those of a group differ are none
/// of the group's: so groups are of one alert and service, and the first alert speaks where they say different things.
struct AlertText {
    let stack: StackID

    /// `FIRING shop/production HighErrorRate of api: 7% of the requests to api fail`.
    var title: String {
        "{{ .Status | toUpper }} \(stack) {{ .CommonLabels.alertname }} of {{ .CommonLabels.service }}:"
            + " {{ with .CommonAnnotations.summary }}{{ . }}"
            + "{{ else }}{{ (index .Alerts 0).Annotations.summary }}, and {{ len .Alerts }} such in all{{ end }}"
    }

    static let body =
        "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\n"
        + "{{ with .Annotations.command }}{{ . }}\n{{ end }}{{ with .Annotations.runbook }}What to do: {{ . }}{{ end }}"
        + "{{ .Annotations.runbook_url }}\n{{ end }}"
}
