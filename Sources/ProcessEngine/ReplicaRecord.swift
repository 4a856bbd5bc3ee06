import Basics
import FoundationEssentials
import StackModel

/// What the engine remembers of a replica it started. Holds no secret.
struct ReplicaRecord: Hashable, Sendable, Codable {
    let id: ReplicaID
    let kind: String
    let release: Int
    let revision: Digest
    var configuration: Digest
    let port: Int?
    /// The port is the service's own, not the replica's.
    let portIsFixed: Bool
    let account: RunAccount
    let probe: Probe
    let probeTiming: ProbeTiming
    var stop: StopRule
    let limits: Resources
    let source: Digest?
    let createdAt: Instant

    /// `nil` when there is none, or it cannot be read: the replica is then rubble.
    static func load(_ folder: ReplicaFolder) -> ReplicaRecord? {
        guard let text = Disk.text(folder.record) else { return nil }
        return try? CanonicalJSON.decode(ReplicaRecord.self, from: text)
    }

    func save(in directory: String) throws(ReportableError) {
        try Disk.write(CanonicalJSON.encode(self), to: "\(directory)/replica.json")
    }
}

/// The user a replica runs as.
struct RunAccount: Hashable, Sendable, Codable {
    let userID: UInt32
    let groupID: UInt32
    /// The name in the machine's account database; nil for a dedicated number.
    let name: String?
    /// False when the engine is not root: everything then runs as the caller.
    let switches: Bool

    var owner: FileOwner? { switches ? FileOwner(userID: userID, groupID: groupID) : nil }
}
