import Basics
import StackModel

/// The programs that watch, with the configuration that `Monitoring` writes for them.
enum ComposeMonitoring {
    static func prometheus(
        _ service: Service,
        _ prometheus: Prometheus,
        _ stack: Stack,
        _ monitoring: [ManifestFile]
    ) throws(ReportableError) -> ComposeService {
        var part = try ComposeService(service, resources: .prometheus)
        part.user = OfficialUser.nobody
        part.command = PrometheusContainer.arguments(prometheus, storage: service.storage)
        part.health = ComposeHealth(["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9090/-/ready"], service)
        part.dependsOn = ComposeHealth.dependencies(of: service, in: stack)
        // The edge, whose figures it reads, has no business behind the apps.
        part.networks = [.frontend, .backend]
        part.ports = [onThisMachine(9090)]
        part.volumes = [(service.name.text, "/prometheus")]
        part.mounts = mounts(of: monitoring, [("prometheus", "/etc/prometheus")])
        part.stop = StopRule(signal: .terminate, grace: PrometheusTemplate.grace)
        return part
    }

    /// It has to reach whoever is told.
    static func alertmanager(
        _ service: Service,
        _ stack: Stack,
        _ monitoring: [ManifestFile]
    ) throws(ReportableError) -> ComposeService {
        var part = try ComposeService(service, resources: .small)
        part.user = OfficialUser.nobody
        part.command = PrometheusContainer.alertmanager
        part.health = ComposeHealth(["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9093/-/ready"], service)
        part.dependsOn = ComposeHealth.dependencies(of: service, in: stack)
        part.networks = [.frontend, .backend]
        part.volumes = [(service.name.text, "/alertmanager")]
        part.mounts = mounts(of: monitoring, [("alertmanager", "/etc/alertmanager")])
        part.secrets = stack.contactFiles
        part.filledFiles = stack.filledAddresses
        part.handedOn = stack.handedOnAddresses
        return part
    }

    static func grafana(
        _ service: Service,
        _ stack: Stack,
        _ monitoring: [ManifestFile]
    ) throws(ReportableError) -> ComposeService {
        let administrator = try ProcessManifests.administratorSecret(of: service.name, in: stack).text
        let key = try ProcessManifests.encryptionSecret(of: service.name, in: stack).text
        let configuration = ManifestFile(
            "config/\(service.name)/grafana.ini",
            GrafanaContainer.configuration(
                administrator: ContainerSecret.path(of: administrator),
                key: ContainerSecret.path(of: key)
            )
        )
        var part = try ComposeService(service, resources: .grafana)
        part.user = OfficialUser.grafana
        part.health = ComposeHealth(
            ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3000/api/health"],
            service
        )
        part.dependsOn = ComposeHealth.dependencies(of: service, in: stack)
        // Docker publishes nothing of who is on the inner network alone.
        part.networks = [.frontend, .backend]
        part.ports = [onThisMachine(3000)]
        part.volumes = [(service.name.text, "/var/lib/grafana")]
        part.mounts =
            [(configuration.path, "/etc/grafana/grafana.ini")]
            + mounts(
                of: monitoring,
                [
                    ("grafana/provisioning", "/etc/grafana/provisioning"),
                    ("grafana/dashboards", "/etc/grafana/dashboards"),
                ]
            )
        part.secrets = [administrator, key]
        part.files = [configuration]
        part.stop = StopRule(signal: .terminate, grace: GrafanaTemplate.grace)
        return part
    }

    /// A port for those who are on the machine, as a process would have it; which one Docker chooses, so that several stacks
    /// can be on one machine.
    private static func onThisMachine(_ port: Int) -> String { "127.0.0.1::\(port)" }

    /// Those of the folders in which there is a file: Docker would make the others.
    private static func mounts(
        of files: [ManifestFile],
        _ folders: [(source: String, path: String)]
    ) -> [(source: String, path: String)] {
        folders.filter { folder in files.contains { $0.path.hasPrefix("\(folder.source)/") } }
    }
}
