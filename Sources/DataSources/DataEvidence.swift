import Archives
import Basics
import Interfaces
import StackModel

/// What a scratch server that has started from restored data had to say: the proof of a backup. Holds no secret and no
/// data.
package struct DataEvidence: Hashable, Sendable, Codable {
    package let server: DataPlace.Server
    /// Of the program that has loaded it; empty for files.
    package let version: String
    /// Of the server that it was captured from.
    package let capturedVersion: String
    package let capturedAt: Instant
    /// What was counted, by what it is: `keys`, `lastingKeys`, `rows`, `tables`, `databases`, `files`.
    package let counts: [String: Int]
    /// Redis: the digest of a sample of its keys, equal to the captured one.
    package let sample: RedisSample?
    /// From the first byte of the set to the last answer: what a restore takes, without the swap.
    package let elapsed: TimeSpan
}

extension DataEvidence {
    init(
        _ content: RedisContent,
        _ version: String,
        _ captured: Instant,
        by target: DataPlace,
        in elapsed: Duration
    ) {
        self.init(
            server: .redis,
            version: target.version,
            capturedVersion: version,
            capturedAt: captured,
            counts: [
                "keys": content.keys, "lastingKeys": content.lasting, "databases": content.databases.count,
                "functionLibraries": content.functionLibraries, "sampledKeys": content.sample.keys,
            ],
            sample: content.sample,
            elapsed: TimeSpan(elapsed)
        )
    }

    init(
        _ contents: [String: PostgresContent],
        _ version: String,
        _ captured: Instant,
        by target: DataPlace,
        in elapsed: Duration
    ) {
        let tables = contents.values.flatMap(\.tables)
        self.init(
            server: .postgres,
            version: target.version,
            capturedVersion: version,
            capturedAt: captured,
            counts: [
                "databases": contents.count, "tables": tables.count, "rows": tables.map(\.rows).reduce(0, +),
                "largeObjects": contents.values.map(\.largeObjects).reduce(0, +),
            ],
            sample: nil,
            elapsed: TimeSpan(elapsed)
        )
    }
}

extension DataEvidence {
    init(_ found: ArchiveTally, of facts: FilesFacts, in elapsed: Duration) {
        self.init(
            server: .files,
            version: "",
            capturedVersion: "",
            capturedAt: facts.takenAt,
            counts: ["files": found.entries - 1, "bytes": found.bytes],
            sample: nil,
            elapsed: TimeSpan(elapsed)
        )
    }
}

extension TimeSpan {
    fileprivate init(_ duration: Duration) {
        let (seconds, fraction) = duration.components
        self.init(milliseconds: Int(seconds) * 1000 + Int(fraction / 1_000_000_000_000_000))
    }
}
