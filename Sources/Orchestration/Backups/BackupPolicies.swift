import Basics
import Ledger
import StackModel
import Vault

/// The policies of a deployed stack: those of the release that runs, for it is what runs that is backed up.
struct BackupPolicies {
    let release: Release

    private var policies: [BackupPolicy] { release.stack.policies }

    /// Throws `usage` when there is none of that name.
    func named(_ name: String) throws(ReportableError) -> BackupPolicy {
        if let policy = policies.first(where: { $0.name == name }) { return policy }
        let names = policies.map(\.name).joined(separator: ", ")
        throw ReportableError(
            .usage,
            "\(release.stack.id) has no backup policy \(name)",
            hint: policies.isEmpty
                ? "Declare one in `backups`, and deploy it." : "It has \(names); a new one counts once it is deployed."
        )
    }

    /// The policy whose copies a log leads on from; nil for one that is no log's.
    func base(of log: BackupPolicy) -> BackupPolicy? { release.stack.backups.first { $0.log == log } }

    /// The stores of a policy, in its order. The first is the one that sets are made in.
    func stores(of policy: BackupPolicy) throws(ReportableError) -> [Store] {
        var stores: [Store] = []
        for name in policy.stores {
            guard let store = release.stack.stores.first(where: { $0.name == name }) else {
                throw ReportableError(.broken, "release \(release.number) has no store \(name) for \(policy.name)")
            }
            stores.append(store)
        }
        return stores
    }
}

extension SetSeries {
    init(_ policy: BackupPolicy, of stack: StackID) throws(ReportableError) {
        guard let name = PolicyName(policy.name) else {
            throw ReportableError(.broken, "\(policy.name) is no name of a policy")
        }
        self.init(stack, name)
    }
}
