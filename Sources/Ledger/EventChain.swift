import Basics
import GRDB
import StackModel

/// The append-only chain of events: each entry's hash covers the entry before it, so that none can be changed,
/// taken out or moved without the chain showing it.
struct EventChain {
    let database: Database

    /// What the first entry follows.
    private static let origin = String(repeating: "0", count: 64)

    func append(_ fact: Event.Fact, about stack: StackID, at now: Instant) throws {
        // The highest number ever given, so that entries cut off the end leave a gap.
        let count = try Int.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'event'") ?? 0
        let previous =
            try String.fetchOne(database, sql: "SELECT hash FROM event ORDER BY id DESC LIMIT 1") ?? Self.origin
        let body = CanonicalJSON.text(Event(number: count + 1, stack: stack, at: now, fact: fact))
        try database.execute(
            sql: "INSERT INTO event (id, body, previous, hash) VALUES (?, ?, ?, ?)",
            arguments: [count + 1, body, previous, Self.hash(of: body, after: previous)]
        )
    }

    private static func hash(of body: String, after previous: String) -> String {
        Digest(of: previous + body).hex
    }

    /// Recomputes every hash, and compares every release with what was said of it when it was recorded.
    func verify() throws -> ChainReport {
        var faults: [ChainFault] = []
        var previous = Self.origin
        var number = 0
        var releases: [String: RecordedRelease] = [:]
        let rows = try Row.fetchCursor(database, sql: "SELECT id, body, previous, hash FROM event ORDER BY id")
        while let row = try rows.next() {
            let entry = try Entry(row)
            faults += entry.faults(after: number, hash: previous)
            if let release = entry.release { releases[release.key] = release }
            number = entry.id
            previous = entry.hash
        }
        let count = try Int.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'event'") ?? 0
        if count != number {
            faults.append(ChainFault(event: number + 1, message: "events up to \(count) are missing from the end"))
        }
        faults += try releaseFaults(releases)
        return ChainReport(length: number, head: number == 0 ? nil : Digest(hex: previous), faults: faults)
    }

    private func releaseFaults(_ recorded: [String: RecordedRelease]) throws -> [ChainFault] {
        var missing = recorded
        var faults: [ChainFault] = []
        let rows = try Row.fetchCursor(database, sql: "SELECT stack, number, contents, digest FROM release")
        while let row = try rows.next() {
            let stack = try row.decode(String.self, forColumn: "stack")
            let key = "\(stack):\(try row.decode(Int.self, forColumn: "number"))"
            let stored = try row.digest(from: "digest")
            let actual = Digest(of: try row.decode(String.self, forColumn: "contents"))
            let entry = missing.removeValue(forKey: key)
            guard entry?.digest != actual || stored != actual else { continue }
            faults.append(ChainFault(event: entry?.event ?? 0, message: "release \(key) is not what was recorded"))
        }
        faults += missing.values.map { ChainFault(event: $0.event, message: "release \($0.key) is gone") }
        return faults.sorted { ($0.event, $0.message) < ($1.event, $1.message) }
    }

    private struct RecordedRelease {
        let key: String
        let event: Int
        let digest: Digest
    }

    private struct Entry {
        let id: Int
        let body: String
        let previous: String
        let hash: String

        init(_ row: Row) throws {
            id = try row.decode(Int.self, forColumn: "id")
            body = try row.decode(String.self, forColumn: "body")
            previous = try row.decode(String.self, forColumn: "previous")
            hash = try row.decode(String.self, forColumn: "hash")
        }

        func faults(after number: Int, hash expected: String) -> [ChainFault] {
            var messages: [String] = []
            if id != number + 1 { messages.append("event \(id) follows event \(number): what was between is missing") }
            if previous != expected { messages.append("event \(id) does not follow the event before it") }
            if hash != EventChain.hash(of: body, after: previous) { messages.append("event \(id) was changed") }
            if !body.contains("\"number\":\(id),") { messages.append("event \(id) stands in another's place") }
            return messages.map { ChainFault(event: id, message: $0) }
        }

        /// Entries written by other versions are hashed like all others, even where they cannot be read.
        var release: RecordedRelease? {
            guard body.contains("releaseRecorded"),
                let event = try? CanonicalJSON.decode(Event.self, from: body),
                case .releaseRecorded(let number, let digest, _) = event.fact
            else { return nil }
            return RecordedRelease(key: "\(event.stack):\(number)", event: id, digest: digest)
        }
    }
}
