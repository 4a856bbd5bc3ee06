import Basics
import FoundationEssentials
import StackModel

/// Who a Postgres was when its data was captured, and what that data holds. Each database is told as its own snapshot
/// had it, which is also the one that its dump is of.
package struct PostgresFacts: Hashable, Sendable, Codable {
    package let version: String
    package let systemIdentifier: String
    package let timeline: Int
    /// What a new cluster is made with.
    package let encoding: String
    package let collate: String
    package let ctype: String
    package let dataChecksums: Bool
    /// Those that a server which recovers must not have less of.
    package let settings: [String: String]
    /// Outside the cluster's own directory; without the two that every cluster has.
    package let tablespaces: [String]
    /// Databases that let nobody in (`ALLOW_CONNECTIONS false`), and so are in no backup; without template0.
    package let unreachable: [String]
    package let databases: [PostgresDatabaseFacts]

    package var rows: Int { databases.map(\.rows).reduce(0, +) }
    /// Bytes that a prepared volume takes, about; its scratch folder needs room for the dump of the largest database.
    package var size: Int { databases.map(\.size).reduce(0, +) }

    /// The roles and what belongs to no database.
    package static let globals = "pg-globals.sql"
}

package struct PostgresDatabaseFacts: Hashable, Sendable, Codable {
    package let name: String
    /// The name of its dump in the set.
    package let object: String
    package let lsn: String
    /// By the server's clock.
    package let takenAt: Instant
    /// Bytes on disk.
    package let size: Int
    package let encoding: String
    package let collate: String
    package let ctype: String
    package let collationVersion: String?
    /// Their versions by their names.
    package let extensions: [String: String]
    package let content: PostgresContent

    package var rows: Int { content.tables.map(\.rows).reduce(0, +) }
}

/// What is in a database.
package struct PostgresContent: Hashable, Sendable, Codable {
    package struct Table: Hashable, Sendable, Codable {
        package let schema: String
        package let table: String
        package let rows: Int
    }

    package let tables: [Table]
    package let largeObjects: Int
}

extension PostgresContent {
    /// What is not as it was; empty when everything is.
    func differences(from captured: PostgresContent) -> [String] {
        var words: [String] = []
        let now = Dictionary(tables.map { ("\($0.schema).\($0.table)", $0.rows) }) { first, _ in first }
        let then = Dictionary(captured.tables.map { ("\($0.schema).\($0.table)", $0.rows) }) { first, _ in first }
        for name in Set(now.keys).union(then.keys).sorted() where now[name] != then[name] {
            words.append(
                "\(name) has \(now[name].map { "\($0) rows" } ?? "gone"), and had "
                    + (then[name].map { "\($0)" } ?? "not been there")
            )
        }
        if largeObjects != captured.largeObjects {
            words.append("there are \(largeObjects) large objects, and were \(captured.largeObjects)")
        }
        return words
    }
}

/// The name of a database as a word of a `BlobName`: what does not belong into one is written as `+` and two
/// hexadecimal digits.
enum DumpName {
    static func of(_ database: String) -> String {
        var text = "pg-"
        for byte in database.utf8 {
            let digits = String(byte, radix: 16)
            text += isPlain(byte) ? String(UnicodeScalar(byte)) : "+\(digits.count == 1 ? "0" : "")\(digits)"
        }
        return "\(text).dump"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
