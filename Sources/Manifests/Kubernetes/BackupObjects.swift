import Basics
import StackModel

/// The backups of a stack: a job and a volume for each policy.
struct BackupObjects {
    let jobs: [BackupJob]

    init(of stack: Stack, configurations: [ConfigurationMap]) throws(ReportableError) {
        var jobs: [BackupJob] = []
        for policy in stack.backups {
            if let job = try BackupJob(policy, of: stack, configurations: configurations) { jobs.append(job) }
        }
        self.jobs = jobs
    }

    var configurations: [ConfigurationMap] { jobs.isEmpty ? [] : [BackupScripts.map] }
    var secrets: [SecretFile] { jobs.flatMap(\.secrets) }

    func files(_ policies: NetworkPolicies) -> [ManifestFile] {
        jobs.map { job in
            let objects = [
                ServiceAccount.object(job.identity), job.claim, job.object, policies.policy(of: job.identity),
            ]
            return ManifestFile("backups/\(job.policy.name).yaml", YAMLWriter.documents(objects))
        }
    }
}
