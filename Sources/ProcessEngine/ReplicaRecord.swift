import Basics
import FoundationEssentials
import Glibc
import StackModel

/// What the engine remembers of a replica it started. Holds no secret.
///
/// Replicas outlive the program that started them: whoever adds a field gives it a default in `init(from:)`, so that
/// the records of running replicas can still be read. A new `format` is only for a record that can no longer be
/// understood without knowing what is new.
struct ReplicaRecord: Hashable, Sendable, Codable {
    static let newestFormat = 1

    private(set) var format = newestFormat
    let id: ReplicaID
    let kind: String
    let release: Int
    let revision: Digest
    var configuration: Digest
    let port: Int?
    let account: RunAccount
    let probe: Probe
    let probeTiming: ProbeTiming
    var stop: StopRule
    let limits: Resources
    let source: Digest?
    let createdAt: Instant

    /// `nil` when there is none, or it cannot be read.
    static func load(_ folder: ReplicaFolder) -> ReplicaRecord? { try? read(folder) }

    /// Throws `fileFailed` saying why there is no record to go by.
    static func read(_ folder: ReplicaFolder) throws(ReportableError) -> ReplicaRecord {
        guard let content = try Disk.content(of: folder.record) else {
            throw ReportableError(.fileFailed, "its record \(folder.record) is missing")
        }
        do {
            return try CanonicalJSON.decode(ReplicaRecord.self, from: String(decoding: content, as: UTF8.self))
        } catch let error as ReportableError {
            throw error
        } catch {
            throw ReportableError(.fileFailed, "its record \(folder.record) cannot be read")
        }
    }

    func save(in directory: String) throws(ReportableError) {
        try Disk.write(CanonicalJSON.encode(self), to: "\(directory)/replica.json")
    }
}

extension ReplicaRecord {
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        format = try fields.decodeIfPresent(Int.self, forKey: .format) ?? 1
        guard format <= Self.newestFormat else {
            throw ReportableError(.fileFailed, "its record was written by a newer slipway (format \(format))")
        }
        id = try fields.decode(ReplicaID.self, forKey: .id)
        kind = try fields.decode(String.self, forKey: .kind)
        release = try fields.decode(Int.self, forKey: .release)
        revision = try fields.decode(Digest.self, forKey: .revision)
        configuration = try fields.decode(Digest.self, forKey: .configuration)
        port = try fields.decodeIfPresent(Int.self, forKey: .port)
        account = try fields.decode(RunAccount.self, forKey: .account)
        probe = try fields.decode(Probe.self, forKey: .probe)
        probeTiming = try fields.decodeIfPresent(ProbeTiming.self, forKey: .probeTiming) ?? ProbeTiming()
        stop = try fields.decodeIfPresent(StopRule.self, forKey: .stop) ?? StopRule()
        limits = try fields.decodeIfPresent(Resources.self, forKey: .limits) ?? Resources()
        source = try fields.decodeIfPresent(Digest.self, forKey: .source)
        createdAt = try fields.decode(Instant.self, forKey: .createdAt)
    }
}

/// Who may do what in the work directory.
extension ReplicaRecord {
    /// An edge only reads its files: they say where traffic goes, and whoever drives the edge goes by them. It still
    /// makes its sockets beside them.
    private var readsOnly: Bool { kind == "edge" }

    var workMode: mode_t { readsOnly && account.switches ? 0o1770 : 0o700 }
    var fileMode: mode_t { readsOnly && account.switches ? 0o640 : 0o600 }
    var fileOwner: FileOwner? {
        readsOnly ? account.owner.map { FileOwner(userID: 0, groupID: $0.groupID) } : account.owner
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
