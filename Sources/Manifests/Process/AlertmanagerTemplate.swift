import Basics
import StackModel

/// Alertmanager: on this machine only, alone, with the secrets of its contacts in files beside its configuration.
enum AlertmanagerTemplate {
    static let grace = TimeSpan.seconds(10)

    static func make(_ service: Service, _ inputs: ManifestInputs) throws(ReportableError) -> ReplicaTemplate {
        // The directory of a replica is where it runs, so a name is enough.
        let configuration = AlertmanagerConfiguration(stack: inputs.stack) { "\($0).secret" }
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
                    content: Template(YAMLWriter.document(configuration.document)),
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
}
