import Basics
import StackModel

/// The programs that watch, with the configuration that `Monitoring` writes for them.
enum MonitoringWorkloads {
    static func prometheus(
        _ service: Service,
        _ prometheus: Prometheus,
        _ stack: Stack,
        _ monitoring: [ManifestFile]
    ) throws(ReportableError) -> Workload {
        let storage = service.storage ?? DataWorkload.gibibytes(10)
        let map = map(of: monitoring, below: "prometheus", name: "\(service.name)-config")
        let container = Container(
            name: service.name.text,
            image: try ContainerImage.reference(for: service),
            arguments: PrometheusContainer.arguments(prometheus, storage: storage) + ["--web.listen-address=:9090"],
            port: .init(name: "http", number: 9090),
            // It reads its write-ahead log first, which takes as long as it is large.
            startup: ContainerProbe(.http(path: "/-/ready"), period: 10, timeout: 5, failures: 90),
            liveness: ContainerProbe(.http(path: "/-/healthy"), period: 10, timeout: 5, failures: 6),
            readiness: ContainerProbe(.http(path: "/-/ready"), period: 5, timeout: 5, failures: 3),
            resources: ContainerResources.prometheus.declaring(service.resources),
            mounts: [.configuration(map, at: "/etc/prometheus"), .data("/prometheus")]
        )
        var workload = DataWorkload.make(
            service,
            container,
            stack,
            usualStorage: storage,
            grace: PrometheusTemplate.grace
        )
        workload.pod.asksCluster = true
        workload.configurations = [map]
        return workload
    }

    static func alertmanager(
        _ service: Service,
        _ stack: Stack,
        _ monitoring: [ManifestFile]
    ) throws(ReportableError) -> Workload {
        let map = map(of: monitoring, below: "alertmanager", name: "\(service.name)-config")
        let secrets = stack.contactFiles.map { SecretFile($0) }
        let container = Container(
            name: service.name.text,
            image: try ContainerImage.reference(for: service),
            arguments: PrometheusContainer.alertmanager,
            port: .init(name: "http", number: 9093),
            liveness: ContainerProbe(.http(path: "/-/healthy"), period: 10, timeout: 5, failures: 6),
            readiness: ContainerProbe(.http(path: "/-/ready"), period: 5, timeout: 5, failures: 3),
            resources: ContainerResources.small.declaring(service.resources),
            mounts: [.configuration(map, at: "/etc/alertmanager"), .data("/alertmanager")]
                + [.secrets(secrets)].compactMap { $0 }
        )
        var workload = DataWorkload.make(
            service,
            container,
            stack,
            usualStorage: DataWorkload.gibibytes(1),
            grace: .seconds(15)
        )
        workload.configurations = [map]
        workload.secrets = secrets
        return workload
    }

    /// The files of one program, at the paths they have below its folder.
    private static func map(of files: [ManifestFile], below folder: String, name: String) -> ConfigurationMap {
        ConfigurationMap(name: name, entries: entries(of: files, below: folder))
    }

    static func entries(of files: [ManifestFile], below folder: String) -> [ConfigurationMap.Entry] {
        files.filter { $0.path.hasPrefix("\(folder)/") }.map {
            .init(file: $0, path: String($0.path.dropFirst(folder.utf8.count + 1)))
        }
    }
}
