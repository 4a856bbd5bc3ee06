import Basics
import StackModel

/// A StatefulSet of one program with its data: what Redis, Postgres, Prometheus, Grafana and Alertmanager share.
enum DataWorkload {
    static func make(
        _ service: Service,
        _ container: Container,
        _ stack: Stack,
        usualStorage: ByteCount,
        grace: TimeSpan
    ) -> Workload {
        let identity = Identity(
            program: service.kind.word,
            name: service.name.text,
            image: container.image,
            in: stack
        )
        var pod = PodSpec(identity: identity, container: container, grace: grace.wholeSeconds)
        if service.holdsTheData { pod.priorityClass = stack.kubernetes?.priorityClass }
        return Workload(
            service: service,
            pod: pod,
            claim: Workload.Claim(
                size: service.storage ?? usualStorage,
                storageClass: stack.storageClass(of: service.name)
            )
        )
    }

    static func gibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 30) }
}

extension Service {
    /// What apps cannot work without: figures can be missing for a while.
    fileprivate var holdsTheData: Bool {
        switch kind {
        case .redis, .postgres: true
        case .app, .prometheus, .grafana, .edge, .exporter, .alertmanager: false
        }
    }
}
