import Basics
import StackModel

/// A backup policy as a CronJob that writes into a volume of its own, so that it runs on whatever node has room.
struct BackupJob {
    private static let scripts = "/scripts"

    let policy: BackupPolicy
    let stack: Stack
    /// Where it runs and what it reads.
    private let subject: BackupSubject

    /// Nil for a subject that no job can store yet.
    init?(_ policy: BackupPolicy, of stack: Stack, configurations: [ConfigurationMap]) throws(ReportableError) {
        guard let subject = try BackupSubject(policy.subject, of: stack, configurations: configurations) else {
            return nil
        }
        (self.policy, self.stack, self.subject) = (policy, stack, subject)
    }

    /// Whether there is a job for such a subject.
    static func stores(_ subject: BackupPolicy.Subject, of stack: Stack) -> Bool {
        guard case .service(let name) = subject else { return true }
        switch stack.service(name)?.kind {
        case .redis, .postgres: return true
        case .app, .prometheus, .grafana, .edge, .exporter, .alertmanager, nil: return false
        }
    }

    /// A job's name has room for 52 characters, a policy's has 40.
    static func name(of policy: BackupPolicy) -> String { "backup-\(policy.name)" }

    var secrets: [SecretFile] { subject.secret.map { [$0] } ?? [] }
    var identity: Identity {
        Identity(program: "backup", name: Self.name(of: policy), image: subject.image, in: stack)
    }

    /// It misses no turn by being late a little, never runs twice at once, and does not hang for ever.
    var object: ManifestValue {
        [
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": identity.metadata(),
            "spec": [
                "schedule": .text(CronText.forKubernetes(policy.schedule)),
                "timeZone": "Etc/UTC",
                "concurrencyPolicy": "Forbid",
                "startingDeadlineSeconds": 600,
                "successfulJobsHistoryLimit": 3,
                "failedJobsHistoryLimit": 3,
                "jobTemplate": [
                    "metadata": ["labels": identity.labels],
                    "spec": ["backoffLimit": 2, "activeDeadlineSeconds": 7200, "template": pod.template],
                ],
            ],
        ]
    }

    var claim: ManifestValue {
        [
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": identity.metadata(),
            "spec": VolumeClaim.spec(size: size, storageClass: stack.kubernetes?.storageClass),
        ]
    }

    /// Room for several sets.
    private var size: ByteCount {
        guard case .service(let name) = policy.subject else { return DataWorkload.gibibytes(1) }
        let data = stack.service(name)?.storage?.bytes ?? 0
        return max(DataWorkload.gibibytes(10), ByteCount(bytes: data * 3))
    }

    private var pod: PodSpec {
        var pod = PodSpec(identity: identity, container: container, grace: 30)
        pod.restartPolicy = "Never"
        return pod
    }

    private var environment: [ManifestValue] {
        let own = [("SET", policy.name), ("KEEP", policy.keep.rules)]
        return (own + subject.variables).map { name, value in ["name": .text(name), "value": .text(value)] }
    }

    private var container: Container {
        Container(
            name: "backup",
            image: subject.image,
            command: ["sh", "\(Self.scripts)/\(subject.script)"],
            environment: environment,
            resources: .backup,
            mounts: [
                .configurations([BackupScripts.map], name: "scripts", at: Self.scripts),
                .claim(identity.name, at: "/backups"),
                .scratch("/tmp", name: "tmp"),
            ] + subject.mounts
        )
    }
}

/// What is read, with which program, as whom.
private struct BackupSubject {
    var image: String
    var script: String
    var variables: [(String, String)] = []
    var mounts: [Mount] = []
    var secret: SecretFile?

    init?(_ subject: BackupPolicy.Subject, of stack: Stack, configurations: [ConfigurationMap]) throws(ReportableError)
    {
        guard case .service(let name) = subject else {
            image = ContainerImage.shell
            script = "config.sh"
            mounts = [.folders(configurations, name: "config", at: "/config")]
            return
        }
        guard let service = stack.service(name) else { return nil }
        image = try ContainerImage.reference(for: service)
        switch service.kind {
        case .redis: script = "redis.sh"
        case .postgres(let postgres):
            script = "postgres.sh"
            variables = [("DATABASE", postgres.database)]
        case .app, .prometheus, .grafana, .edge, .exporter, .alertmanager: return nil
        }
        let login = try ServiceLogin.backup(of: name, in: stack)
        let secret = SecretFile(login.secret)
        variables += [("HOST", name.text), ("LOGIN", login.user), ("LOGIN_FILE", secret.path)]
        mounts += [.secrets([secret])].compactMap { $0 }
        self.secret = secret
    }
}

extension Retention {
    /// As the script reads them: `last=3 hourly=24`, `within` in seconds.
    fileprivate var rules: String {
        let counts: [(String, Int?)] = [
            ("last", last), ("hourly", hourly), ("daily", daily), ("weekly", weekly), ("monthly", monthly),
            ("yearly", yearly), ("within", within?.wholeSeconds),
        ]
        return counts.compactMap { name, count in count.map { "\(name)=\($0)" } }.joined(separator: " ")
    }
}
