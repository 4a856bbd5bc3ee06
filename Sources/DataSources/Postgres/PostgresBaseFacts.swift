import Basics
import StackModel

/// Who a Postgres was when its whole cluster was copied. The copy holds the state of `endedAt`; what was written from
/// `first` on is what it is brought further by.
package struct PostgresBaseFacts: Hashable, Sendable, Codable {
    package let version: String
    package let systemIdentifier: String
    package let timeline: Int
    /// As `PostgresLog` tells it.
    package let lineage: String
    /// The segment of the log that was being written when the copy began, and the size of all of them.
    package let firstSegment: String
    package let segmentBytes: Int
    /// By the server's clock.
    package let startedAt: Instant
    package let endedAt: Instant
    package let dataChecksums: Bool
    /// Those that a server which recovers must not have less of.
    package let settings: [String: String]
    /// Bytes on disk, by database.
    package let databases: [String: Int]
    /// Bytes on disk of the tables that hold a good part of a database, by database and by name as SQL writes it. nil in
    /// sets of earlier versions.
    package var tables: [String: [String: Int]]?

    /// Bytes that a prepared volume takes, about.
    package var size: Int { databases.values.reduce(0, +) }

    /// The copy, with the log that was written meanwhile and its `backup_manifest` in it.
    static let object = "base.tar"
}
