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
        return Workload(
            service: service,
            pod: PodSpec(identity: identity, container: container, grace: grace.wholeSeconds),
            claim: Workload.Claim(
                size: service.storage ?? usualStorage,
                storageClass: stack.kubernetes?.storageClass
            )
        )
    }

    static func gibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 30) }
}
