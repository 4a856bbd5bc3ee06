import Basics
import Glibc
import StackModel

/// The directories that all replicas of an app share: one for each of its volumes, in the data directory of its
/// service. That itself is root's, so that no replica can put anything else in their place.
struct SharedDirectories: Sendable {
    let stack: StackFolder
    let template: ReplicaTemplate

    /// Makes those that are not there yet: a later release may have more of them. What is there keeps its mode, which
    /// a person may have changed. Throws `fileFailed`, and `engineFailed` for one that is another user's.
    func make(for account: RunAccount) throws(ReportableError) {
        for name in template.volume?.shared ?? [] {
            let path = stack.volume(template.service, name)
            let owner = Self.owner(of: path)
            if owner == account.userID { continue }
            // One of ours is new, or a crash has left it without its owner.
            guard owner == nil || owner == geteuid() else { throw foreign(path, name, account) }
            try Disk.makeDirectory(path, mode: 0o700, owner: account.owner)
        }
    }

    private func foreign(_ path: String, _ name: VolumeName, _ account: RunAccount) -> ReportableError {
        let user = account.name ?? "user \(account.userID)"
        return ReportableError(
            .engineFailed,
            "the volume \(name) of \(template.service) is not that of \(user), whom \(template.service) runs as",
            hint: "Give it to them with `chown -R \(account.userID):\(account.groupID) \(path)`, "
                + "or let \(template.service) run as before."
        )
    }

    /// nil when there is nothing.
    private static func owner(of path: String) -> UInt32? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_uid : nil
    }
}
