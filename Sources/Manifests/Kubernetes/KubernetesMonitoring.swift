import Basics
import StackModel

/// The configuration of the programs that watch, and what an operator reads in its place.
struct KubernetesMonitoring {
    let files: [ManifestFile]
    private let stack: Stack

    init(_ stack: Stack) throws(ReportableError) {
        self.stack = stack
        files = try Monitoring.files(of: stack, reachedBy: .kubernetes)
    }

    func objects(_ workloads: [Workload]) -> [ManifestFile] {
        guard stack.hasOperator else { return [] }
        let jobs = ScrapeJob.inCluster(stack)
        let rules = OperatorObjects.rules(of: stack).map {
            ManifestFile("prometheus-rules.yaml", YAMLWriter.document($0))
        }
        return [rules].compactMap { $0 }
            + workloads.compactMap { workload in
                guard let job = jobs[workload.service.name],
                    let monitor = OperatorObjects.monitor(workload, job, interval: interval)
                else { return nil }
                return ManifestFile("\(workload.folder)/service-monitor.yaml", YAMLWriter.document(monitor))
            }
    }

    private var interval: TimeSpan {
        for service in stack.services {
            if case .prometheus(let prometheus) = service.kind { return prometheus.scrapeInterval }
        }
        return Prometheus().scrapeInterval
    }
}
