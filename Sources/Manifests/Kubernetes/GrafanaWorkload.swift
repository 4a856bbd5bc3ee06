import Basics
import StackModel

enum GrafanaWorkload {
    static func make(
        _ service: Service,
        _ stack: Stack,
        _ monitoring: [ManifestFile]
    ) throws(ReportableError) -> Workload {
        let administrator = SecretFile(try ProcessManifests.administratorSecret(of: service.name, in: stack))
        let key = SecretFile(try ProcessManifests.encryptionSecret(of: service.name, in: stack))
        let configuration = ManifestFile(
            "\(service.name)/config/grafana.ini",
            GrafanaContainer.configuration(administrator: administrator.path, key: key.path)
        )
        let maps = maps(of: service.name, configuration, monitoring)
        let container = Container(
            name: service.name.text,
            image: try ContainerImage.reference(for: service),
            port: .init(name: "http", number: 3000),
            startup: ContainerProbe(.http(path: "/healthz"), period: 5, timeout: 5, failures: 60),
            // Alive without its database, ready with it.
            liveness: ContainerProbe(.http(path: "/healthz"), period: 10, timeout: 5, failures: 6),
            readiness: ContainerProbe(.http(path: "/api/health"), period: 5, timeout: 5, failures: 3),
            resources: ContainerResources.grafana.declaring(service.resources),
            mounts: [
                .configurations(maps, name: "config", at: "/etc/grafana"), .data("/var/lib/grafana"),
                .scratch("/tmp", name: "tmp"),
            ] + [.secrets([administrator, key])].compactMap { $0 }
        )
        var workload = DataWorkload.make(
            service,
            container,
            stack,
            usualStorage: DataWorkload.gibibytes(1),
            grace: GrafanaTemplate.grace
        )
        workload.configurations = maps
        workload.secrets = [administrator, key]
        return workload
    }

    /// Each dashboard is a map of its own: together they would be more than an object may hold.
    private static func maps(
        of service: ServiceName,
        _ configuration: ManifestFile,
        _ monitoring: [ManifestFile]
    ) -> [ConfigurationMap] {
        let entries = MonitoringWorkloads.entries(of: monitoring, below: "grafana")
        let dashboards = entries.filter { $0.path.hasPrefix("dashboards/") }
        let provisioning = entries.filter { !$0.path.hasPrefix("dashboards/") }
        let settings = ConfigurationMap(
            name: "\(service)-config",
            entries: [.init(file: configuration, path: "grafana.ini")] + provisioning
        )
        return [settings]
            + dashboards.map { ConfigurationMap(name: "\(service)-dashboard-\(title(of: $0))", entries: [$0]) }
    }

    /// `dashboards/data/redis.json` is `data-redis`.
    private static func title(of dashboard: ConfigurationMap.Entry) -> String {
        let names = dashboard.path.split(separator: "/").dropFirst().joined(separator: "-")
        return String(names.prefix { $0 != "." })
    }
}
