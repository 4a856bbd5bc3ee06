import Basics
import GRDB
import StackModel

/// The table of releases. Rows are written once; triggers refuse every change.
struct Releases {
    let database: Database

    func record(
        _ contents: Release.Contents,
        by actor: String,
        reason: String,
        at now: Instant
    ) throws -> Release {
        let stack = contents.stack.id
        let release = Release(
            number: try newestNumber(of: stack) + 1,
            contents: contents,
            createdAt: now,
            createdBy: actor,
            reason: reason
        )
        if let newest = try newest(of: stack, digest: release.digest) { return newest }
        try Stacks(database: database).ensure(stack)
        try database.execute(
            sql: """
                INSERT INTO release (stack, number, digest, contents, outline, created_at, created_by, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                stack.description, release.number, release.digest.hex, CanonicalJSON.text(contents),
                CanonicalJSON.text(ReleaseOutline(release)), now.milliseconds, actor, reason,
            ]
        )
        try EventChain(database: database).append(
            .releaseRecorded(number: release.number, digest: release.digest, by: actor),
            about: stack,
            at: now
        )
        return release
    }

    func find(_ number: Int, of stack: StackID) throws -> Release? {
        try fetch("number = ?", [number], of: stack, limit: 1).first
    }

    /// Newest first.
    func list(of stack: StackID, limit: Int) throws -> [Release] {
        try fetch("true", [], of: stack, limit: limit)
    }

    func current(of stack: StackID) throws -> Release? {
        guard let number = try Stacks(database: database).currentRelease(of: stack) else { return nil }
        return try find(number, of: stack)
    }

    /// Spares the reading of the whole release, unless it was recorded before there were outlines.
    func outline(_ number: Int, of stack: StackID) throws -> ReleaseOutline? {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT outline FROM release WHERE stack = ? AND number = ?",
            arguments: [stack.description, number]
        )
        return try row?.optionalValue(ReleaseOutline.self, fromJSON: "outline")
            ?? find(number, of: stack).map(ReleaseOutline.init)
    }

    /// The nearest release before this one, along the line of those that were current, that runs something else.
    func lastGood(before number: Int, of stack: StackID) throws -> Release? {
        guard let left = try find(number, of: stack) else { return nil }
        var step = number
        while let earlier = try Activations(database: database).predecessor(of: step, in: stack) {
            if let release = try find(earlier, of: stack), !release.runsTheSame(as: left) { return release }
            step = earlier
        }
        return nil
    }

    private func newestNumber(of stack: StackID) throws -> Int {
        try Int.fetchOne(
            database,
            sql: "SELECT max(number) FROM release WHERE stack = ?",
            arguments: [stack.description]
        ) ?? 0
    }

    private func newest(of stack: StackID, digest: Digest) throws -> Release? {
        try fetch("digest = ? AND number = ?", [digest.hex, newestNumber(of: stack)], of: stack, limit: 1).first
    }

    private func fetch(
        _ condition: String,
        _ arguments: [any DatabaseValueConvertible],
        of stack: StackID,
        limit: Int
    ) throws -> [Release] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT number, contents, digest, created_at, created_by, reason FROM release
                WHERE stack = ? AND \(condition) ORDER BY number DESC LIMIT ?
                """,
            arguments: StatementArguments([stack.description] + arguments + [limit])
        )
        return try rows.map(Self.release)
    }

    private static func release(_ row: Row) throws -> Release {
        Release(
            number: try row.decode(Int.self, forColumn: "number"),
            contents: try row.value(Release.Contents.self, fromJSON: "contents"),
            digest: Digest(hex: try row.decode(String.self, forColumn: "digest")),
            createdAt: try row.instant(from: "created_at"),
            createdBy: try row.decode(String.self, forColumn: "created_by"),
            reason: try row.decode(String.self, forColumn: "reason")
        )
    }
}
