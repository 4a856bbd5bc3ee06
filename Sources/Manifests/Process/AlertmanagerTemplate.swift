import Basics
import StackModel

/// Alertmanager: on this machine only, alone, with the secrets of its contacts in files beside its configuration. The
/// addresses of webhooks stand in it, which nobody else can read: Debian's Alertmanager (0.25) has no `url_file`.
enum AlertmanagerTemplate {
    static let grace = TimeSpan.seconds(10)

    static func make(_ service: Service, _ inputs: ManifestInputs) throws(ReportableError) -> ReplicaTemplate {
        // The directory of a replica is where it runs, so a name is enough.
        let configuration = AlertmanagerConfiguration(stack: inputs.stack) {
            "\($0).secret"
        } address: { contact in
            guard case .webhook(let url) = contact.way else { return ["url": .text(mark(contact))] }
            return ["url": .text(url)]
        }
        let secrets = Set((inputs.stack.contacts ?? []).compactMap(\.secret)).sorted()
        return ReplicaTemplate(
            service: service.name,
            kind: service.kind.word,
            command: [
                "prometheus-alertmanager",
                "--config.file=\(.directory)/alertmanager.yml",
                "--storage.path=\(.volume)",
                "--web.listen-address=127.0.0.1:\(.port)",
                "--cluster.listen-address=",
            ],
            files: [
                RenderedFile(
                    path: "alertmanager.yml",
                    content: filledIn(YAMLWriter.document(configuration.document), inputs.stack),
                    reloadable: true
                )
            ]
                + secrets.map {
                    RenderedFile(path: "\($0).secret", content: "\(.secret($0, .value))", reloadable: true)
                },
            user: .named("prometheus"),
            port: .fixed(try inputs.port(of: service.name)),
            volume: Volume(),
            probe: .http(path: "/-/ready"),
            limits: service.resources,
            stop: StopRule(signal: .terminate, grace: grace),
            reload: .hangup
        )
    }

    /// Stands for a secret address while the file is written. It is no plain text of YAML, so quotes are around it, which
    /// addresses have none of.
    private static func mark(_ contact: Contact) -> String { "# address of \(contact.name) #" }

    private static func filledIn(_ text: String, _ stack: Stack) -> Template {
        var segments = Template(text).segments
        for contact in stack.contacts ?? [] {
            guard case .secretWebhook(let url) = contact.way else { continue }
            segments = segments.flatMap { segment -> [Template.Segment] in
                guard case .literal(let text) = segment else { return [segment] }
                let parts = text.split(separator: mark(contact), omittingEmptySubsequences: false)
                return Array(parts.map { [.literal(String($0))] }.joined(separator: url.segments))
            }
        }
        return Template(segments)
    }
}
