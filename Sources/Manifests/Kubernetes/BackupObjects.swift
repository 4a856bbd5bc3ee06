import Basics
import StackModel

/// The backups of a stack: one volume, one job for each policy.
struct BackupObjects {
    let stack: Stack
    let jobs: [BackupJob]

    init(of stack: Stack, configurations: [ConfigurationMap]) throws(ReportableError) {
        self.stack = stack
        var jobs: [BackupJob] = []
        for policy in stack.backups {
            if let job = try BackupJob(policy, of: stack, configurations: configurations) { jobs.append(job) }
        }
        self.jobs = jobs
    }

    var configurations: [ConfigurationMap] { jobs.isEmpty ? [] : [BackupScripts.map] }
    var secrets: [SecretFile] { jobs.flatMap(\.secrets) }

    func files(_ policies: NetworkPolicies) -> [ManifestFile] {
        guard !jobs.isEmpty else { return [] }
        let volume = ManifestFile("backups/volume.yaml", YAMLWriter.document(claim))
        return [volume]
            + jobs.map { job in
                let objects = [ServiceAccount.object(job.identity), job.object, policies.policy(of: job.identity)]
                return ManifestFile("backups/\(job.policy.name).yaml", YAMLWriter.documents(objects))
            }
    }

    private var claim: ManifestValue {
        [
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": Identity(program: "backup", name: BackupJob.volume, in: stack).metadata(),
            "spec": VolumeClaim.spec(size: size, storageClass: stack.kubernetes?.storageClass),
        ]
    }

    /// Room for several sets of everything that is stored.
    private var size: ByteCount {
        let subjects = Set(stack.backups.compactMap { if case .service(let name) = $0.subject { name } else { nil } })
        let data = subjects.compactMap { stack.service($0)?.storage?.bytes }.reduce(0, +)
        return max(DataWorkload.gibibytes(10), ByteCount(bytes: data * 3))
    }
}
