import Basics
import Glibc
import Interfaces
import StackModel

/// Makes, from a captured set, the data directory that a server with the present settings starts from; proven by a scratch
/// server that has started from it.
///
/// With `appendonly yes` a server looks at nothing but its append-only file: beside a `dump.rdb` alone it starts empty,
/// and soon writes that over the file. So the snapshot becomes the base of such a file.
struct RedisRestoration: Sendable {
    let target: DataPlace
    let runner: any DataRunner

    /// - Parameters:
    ///   - folder: made here, as a whole or not at all.
    ///   - scratch: a folder of this call's own, gone afterwards.
    ///   - replay: what the snapshot is to be brought further by.
    /// Throws `vaultDamaged` when the object is no sound snapshot or not the one of the facts, `engineFailed` when this
    /// server cannot hold it, and what `object` throws.
    @discardableResult
    func prepare(
        in folder: String,
        scratch: String,
        facts: RedisFacts,
        object: @escaping ObjectSource,
        replay: LogReplay? = nil
    ) async throws(ReportableError) -> RedisContent {
        let keeping = RedisKeeping(target.layout)
        try check(facts, keeping)
        try await SpareMemory.check(facts.memory, for: target.service.text)
        return try await ScratchPlace.with(scratch, for: target.owner, runner) { (place) throws(ReportableError) in
            try await Folder.make(folder)
            do throws(ReportableError) {
                let room = facts.rdbSize + (replay?.size ?? 0)
                try await SpareRoom.check([(folder, room)], to: "restore the data of \(target.service)")
                let snapshot = try await placeSnapshot(
                    in: folder,
                    keeping,
                    hasLog: replay != nil,
                    try await object(RedisFacts.rdb)
                )
                try await check(snapshot: snapshot)
                if let replay { try await lay(replay, from: facts, in: folder, keeping) }
                try place.giveSockets(to: target.owner)
                let content = try await prove(folder, keeping, facts, isBroughtFurther: replay != nil, in: place)
                try await offPool { () throws(ReportableError) in
                    Folder.sync("\(folder)/\(keeping.appendFolder)")
                    Folder.sync(folder)
                }
                return content
            } catch {
                await ScratchPlace.discard(folder, runner)
                throw error
            }
        }
    }

    /// A server with fewer databases than the snapshot uses ends at once; one with less memory refuses every write.
    private func check(_ facts: RedisFacts, _ keeping: RedisKeeping) throws(ReportableError) {
        if let limit = target.settings["maxmemory"].flatMap({ Int($0) }), limit > 0, facts.memory / 11 * 10 > limit {
            throw ReportableError(
                .engineFailed,
                "the backup took \(facts.memory >> 20) MiB of memory, and \(target.service) may have \(limit >> 20) MiB",
                hint: "Raise `memory` of \(target.service), deploy that, and restore again."
            )
        }
        guard let highest = facts.content.databases.map(\.number).max(), highest >= keeping.databases else { return }
        throw ReportableError(
            .engineFailed,
            "the backup uses database \(highest) of Redis, and \(target.service) has \(keeping.databases) of them",
            hint: "Raise `databases` of the server to \(highest + 1) or more first."
        )
    }

    /// The path of the snapshot. The folder becomes the server's when everything is in it.
    private func placeSnapshot(
        in folder: String,
        _ keeping: RedisKeeping,
        hasLog: Bool,
        _ content: ByteStream
    ) async throws(ReportableError) -> String {
        var path = "\(folder)/\(keeping.snapshotFile)"
        if keeping.appendOnly {
            let (above, base) = ("\(folder)/\(keeping.appendFolder)", "\(keeping.appendFile).1.base.rdb")
            try await Folder.make(above)
            let manifest = try await SpoolFile.create("\(above)/\(keeping.appendFile).manifest")
            let log = hasLog ? "file \(keeping.logFile) seq 1 type i\n" : ""
            try await manifest.write(Array("file \(base) seq 1 type b\n\(log)".utf8))
            try await manifest.finish(for: target.owner)
            path = "\(above)/\(base)"
        }
        let file = try await SpoolFile.create(path)
        var first: [UInt8] = []
        while first.count < RDBHeader.length, let piece = try await content.next() { first += piece }
        guard RDBHeader.version(first) != nil else {
            throw ReportableError(.vaultDamaged, "the object \(RedisFacts.rdb) is not a snapshot of Redis")
        }
        try await file.write(first)
        try await file.write(content)
        try await file.finish(for: target.owner)
        if keeping.appendOnly { try Folder.give("\(folder)/\(keeping.appendFolder)", to: target.owner) }
        try Folder.give(folder, to: target.owner)
        return path
    }

    /// Redis's own checker sees a broken file, and one that is too new for it. Without checksums (`rdbchecksum no`) it
    /// does not see a changed value, which the vault's digest does.
    private func check(snapshot: String) async throws(ReportableError) {
        let result = try await runner.run(
            CommandLine(
                "\(target.programs)/redis-check-rdb",
                [snapshot],
                directory: "/",
                user: target.owner.user,
                timeout: .seconds(3600)
            )
        )
        guard !result.succeeded else { return }
        let lines = (result.output + result.errorOutput).split(separator: "\n").map(String.init)
        if let line = lines.first(where: { $0.contains("RDB format version") }) {
            throw ReportableError(
                .engineFailed,
                "the backup is of a newer Redis than \(target.version), which cannot read it",
                details: [line]
            )
        }
        throw ReportableError(
            .vaultDamaged,
            "redis-check-rdb refuses the snapshot",
            details: lines.suffix(10)
        )
    }

    private func prove(
        _ folder: String,
        _ keeping: RedisKeeping,
        _ facts: RedisFacts,
        isBroughtFurther: Bool,
        in place: ScratchPlace
    ) async throws(ReportableError) -> RedisContent {
        let scratch = RedisScratch(runner: runner, programs: target.programs, owner: target.owner, place: place)
        let content = try await scratch.look(at: folder, kept: keeping) { (client) throws(ReportableError) in
            try await RedisContentReader(client: client).read(seed: "", again: facts.content.sample)
        }
        // What the log has changed nobody has counted: that all of it was taken is the proof.
        let differences = isBroughtFurther ? [] : content.differences(from: facts.content)
        guard differences.isEmpty else {
            throw ReportableError(
                .vaultDamaged,
                "what Redis loaded is not what was captured",
                details: Array(differences.prefix(10))
            )
        }
        return content
    }
}
