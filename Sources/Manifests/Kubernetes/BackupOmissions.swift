import StackModel

/// What backups are in a spec, and the jobs of a cluster are not.
struct BackupOmissions {
    private let stack: Stack
    private var omissions: [Omission] = []

    static func list(of stack: Stack) -> [Omission] {
        var list = BackupOmissions(stack: stack)
        for policy in stack.backups { list.add(policy) }
        list.addWhole()
        return list.omissions
    }

    private init(stack: Stack) { self.stack = stack }

    private mutating func add(_ policy: BackupPolicy) {
        let key = ["backups", policy.name]
        guard BackupJob.stores(policy.subject, of: stack) else { return addUnstored(policy, key) }
        if policy.subject == .config { addConfiguration(key) }
        if policy.prove != nil {
            let remedy = "Plan it yourself, and write `backups` without it under the environment."
            add(key + ["prove"], "a set is read through, but not restored", remedy)
        }
        if policy.pointInTime != nil {
            let remedy = "Write `backups` without it under the environment."
            add(key + ["pointInTime"], "a set is a dump, and no log is archived", remedy)
        }
        for store in policy.stores where !isDirectory(store) {
            let meaning = "sets are kept in the volume `\(BackupJob.name(of: policy))`, and none goes to \(store)"
            let remedy =
                "Copy that volume away yourself, and write `backups` to a store with a `directory` under the environment."
            add(key + ["to"], meaning, remedy)
        }
    }

    /// A job sees neither the spec, nor what it must not see.
    private mutating func addConfiguration(_ key: [String]) {
        let meaning =
            "a set holds the ConfigMaps that pods read, but neither the spec nor a secret: nothing can be rebuilt from it"
        let remedy =
            "Keep the spec and `secrets/` of the rendered folder safe yourself, and write `backups` without it under the"
            + " environment."
        add(key + ["of"], meaning, remedy)
    }

    /// Nothing else that it says means anything then.
    private mutating func addUnstored(_ policy: BackupPolicy, _ key: [String]) {
        guard case .service(let name) = policy.subject, let service = stack.service(name) else { return }
        let isApp = if case .app = service.kind { true } else { false }
        let what = isApp ? "the volumes of an app" : "the data of \(name)"
        let remedy = "Back it up yourself, and write `backups` without it under the environment."
        add(key + ["of"], "no job stores \(what): nothing of it is backed up", remedy)
        if policy.quiesce != nil { add(key + ["quiesce"], "nobody brings \(name) to rest", remedy) }
    }

    private mutating func addWhole() {
        guard !stack.backups.isEmpty else { return }
        if !stack.hasOperator {
            let meaning =
                "nobody is told of a job that fails: only kube-state-metrics shows that, which comes with the"
                + " `prometheusOperator`"
            let remedy = "Where the cluster has one: `kubernetes: {prometheusOperator: true}` under the environment."
            add(["backups"], meaning, remedy)
        }
        guard stack.backups.contains(where: { BackupJob.stores($0.subject, of: stack) }) else { return }
        let meaning =
            "sets are kept in volumes of the cluster and are not encrypted: whoever reads one, or its copy, reads the data"
        omissions.append(Omission(key: ["stores"], meaning: meaning))
    }

    private mutating func add(_ key: [String], _ meaning: String, _ remedy: String) {
        omissions.append(Omission(key: key, meaning: meaning, remedy: remedy))
    }

    private func isDirectory(_ name: StoreName) -> Bool {
        guard let store = stack.stores.first(where: { $0.name == name }) else { return false }
        if case .directory = store.location { return true }
        return false
    }
}
