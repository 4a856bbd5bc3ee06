import Basics
import StackModel

/// What runs for one service: its pod, and what the objects around it need to know.
struct Workload {
    /// Where its data is kept, and how much of it.
    struct Claim {
        var size: ByteCount
        var storageClass: String?
    }

    var service: Service
    var pod: PodSpec
    var claim: Claim?
    /// What an app keeps beside its pods.
    var volumes: [AppClaim] = []
    var configurations: [ConfigurationMap] = []
    /// Everything that its secrets are read from, as a file or as a variable.
    var secrets: [SecretFile] = []

    var identity: Identity { pod.identity }
    var folder: String { identity.name }
    var autoscale: Autoscale? { if case .app(let app) = service.kind { app.autoscale } else { nil } }
    var mayHaveSeveral: Bool { claim == nil && service.mayHaveSeveral }

    /// The workload and what belongs to it alone; the policies of the network are the stack's affair.
    func files() -> [ManifestFile] {
        var files = [file("service-account.yaml", [ServiceAccount.object(identity)] + ServiceAccount.rights(of: self))]
        if let claim {
            files.append(file("statefulset.yaml", [StatefulSet.object(self, claim)]))
        } else {
            files.append(file("deployment.yaml", [Deployment.object(self)]))
        }
        if !volumes.isEmpty { files.append(file("volumes.yaml", volumes.map { $0.object(identity) })) }
        if let port = pod.container.port {
            files.append(file("service.yaml", [ServiceObject.object(identity, port, isHeadless: claim != nil)]))
        }
        if let autoscale { files.append(file("autoscaler.yaml", [Autoscaler.object(identity, autoscale)])) }
        if mayHaveSeveral { files.append(file("disruption-budget.yaml", [DisruptionBudget.object(identity)])) }
        return files
    }

    private func file(_ name: String, _ objects: [ManifestValue]) -> ManifestFile {
        ManifestFile("\(folder)/\(name)", YAMLWriter.documents(objects))
    }
}
