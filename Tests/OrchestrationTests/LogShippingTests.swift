import Basics
import FoundationEssentials
import Interfaces
import Ledger
import Planning
import StackModel
import Synchronization
import TestKit
import Testing
import Vault

@testable import Orchestration

/// What is shipped of a log, and where to. The server is its files, and a word for each question.
@Suite("Shipping a log")
struct LogShippingTests {
    private let near = MemoryStore()
    private let far = MemoryStore()
    private let identity = AgeIdentity.generate()
    private let redis = FakeRedis()
    private static let now = 1_700_000_000

    private var doors: BackupDoors {
        BackupYard(["near": near, "far": far], identity: identity, runner: redis).doors
    }

    /// A shop whose Redis has a log of one file, and a copy that leads up to it.
    private func deploy(_ dock: Dockyard, pointInTime: String? = "*/5 * * * *") async throws {
        let policy = BackupPolicy(
            name: "hourly",
            subject: .service("redis"),
            schedule: "0 * * * *",
            keep: Retention(last: 3),
            stores: ["near", "far"],
            pointInTime: pointInTime
        )
        let stack = Stack(
            name: Dockyard.shop.stack,
            environment: Dockyard.shop.environment,
            engine: .process,
            services: [.app(), .redis, .edge("api")],
            backups: [policy],
            stores: ["near", "far"].map { Store(name: $0, location: .directory("/nowhere/\($0)")) }
        )
        try await dock.carryOut(.deploy(DeclaredStack(stack: stack, text: "", directory: "/stacks/shop")))
        let folder = "\(dock.folder)/volumes/redis/appendonlydir"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// The files of the server, by number; all but the last are what a rewrite has left.
    private func write(_ files: [Int: String], _ dock: Dockyard) throws {
        let folder = "\(dock.folder)/volumes/redis/appendonlydir"
        var list = "file appendonly.aof.9.base.rdb seq 9 type b\n"
        for (number, text) in files.sorted(by: { $0.key < $1.key }) {
            let name = "appendonly.aof.\(number).incr.aof"
            list += "file \(name) seq \(number) type \(number == files.keys.max() ? "i" : "h")\n"
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        }
        try Data(list.utf8).write(to: URL(filePath: "\(folder)/appendonly.aof.manifest"))
    }

    private func names(_ dock: Dockyard) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(dock.folder)/volumes/redis/appendonlydir")
            .filter { $0.hasSuffix(".incr.aof") }.sorted()
    }

    private func makeBase(at place: String, _ dock: Dockyard) async throws {
        let identity = try #require(FolderIdentity(of: "\(dock.folder)/volumes/redis"))
        let now = Instant(milliseconds: (Self.now - 100) * 1000)
        let recipient = try #require(self.identity.recipient).description
        var vault = try? await Vault.open(near)
        if vault == nil { vault = try await Vault.create(in: near, recipients: [recipient], now: now) }
        let opened = try #require(vault)
        let holder = LeaseHolder(machine: "here", process: "1", purpose: "test")
        let lease = try await opened.takeLease(as: holder, for: .seconds(60), now: now)
        let writer = try await opened.begin(
            SetSeries(Dockyard.shop, "hourly"),
            under: lease,
            expecting: [recipient],
            clock: { now }
        )
        try await writer.add("redis.rdb", ByteStream(bytes: [1]))
        let facts = [LogFacts.lineage: "\(identity.inode)-\(identity.born)", LogFacts.from: place]
        _ = try await writer.commit(SetFacts(subject: "redis", captured: now, versions: [:], identity: facts))
        try await lease.release()
    }

    private func ship(_ dock: Dockyard, isWanted: Bool = false) async throws(ReportableError) -> [String] {
        try await BackupRunner(dock.dependencies, doors).run("hourly-wal", of: Dockyard.shop, isWanted: isWanted)
            .copies.map(\.store.text)
    }

    private func parts(of store: MemoryStore) async throws -> [String] {
        let series = SetSeries(Dockyard.shop, "hourly-wal")
        return try await Vault.open(store).catalogue(of: series).entries.map { entry in
            [LogFacts.from, LogFacts.to].map { entry.manifest.identity[$0] ?? "-" }.joined(separator: "..")
        }
    }

    private static let one = "#TS:1699999950\r\n*1\r\n$8\r\nFLUSHALL\r\n"

    @Test("whole commands go into all stores, with what they lead on from, and the server may forget them")
    func shipped() async throws {
        try await Dockyard.with { dock in
            try await deploy(dock)
            try write([1: Self.one], dock)
            try await makeBase(at: "1-0", dock)
            #expect(try await ship(dock) == ["near", "far"])
            #expect(try await parts(of: near) == ["1-0..1-\(Self.one.utf8.count)"])
            let bases = try await Vault.open(far).catalogue(of: SetSeries(Dockyard.shop, "hourly")).entries
            #expect(bases.count == 1)
            // Nothing new makes nothing, unless somebody wants it.
            #expect(try await ship(dock) == [])
            #expect(try await ship(dock, isWanted: true) == ["near", "far"])
            let text = Self.one + Self.one
            try write([1: text, 2: Self.one + "*1\r\n$8\r\nFLUSH"], dock)
            #expect(try await ship(dock) == ["near", "far"])
            let size = Self.one.utf8.count
            #expect(try await parts(of: near).last == "1-\(size)..2-\(size)")
            #expect(try await parts(of: far) == parts(of: near))
            #expect(try names(dock) == ["appendonly.aof.2.incr.aof"])
        }
    }

    @Test("what was lost in a store is shipped anew, and what is not the same is not taken for it")
    func healed() async throws {
        try await Dockyard.with { dock in
            try await deploy(dock)
            try write([1: Self.one], dock)
            try await makeBase(at: "1-0", dock)
            _ = try await ship(dock)
            let vault = try await Vault.open(near)
            let series = SetSeries(Dockyard.shop, "hourly-wal")
            let first = try #require(try await vault.catalogue(of: series).entries.first).set
            try await vault.markDamaged(first, evidence: [:], at: Instant(milliseconds: Self.now * 1000))
            #expect(try await ship(dock) == ["near"])
            let size = Self.one.utf8.count
            #expect(try await parts(of: near) == ["1-0..1-\(size)", "1-0..1-\(size)"])
            // The disk has gone back in time, and the server has written something else.
            try write([1: Self.one.replacing("FLUSHALL", with: "MONITORS")], dock)
            let error = await #expect(throws: ReportableError.self) { try await ship(dock) }
            #expect(error?.message.contains("making one failed") == true, "\(error?.message ?? "")")
        }
    }

    @Test("a store that is away, or a disk that is full, is told of")
    func failures() async throws {
        try await Dockyard.with { dock in
            try await deploy(dock)
            try write([1: Self.one], dock)
            try await makeBase(at: "1-0", dock)
            redis.information.withLock { $0 = $0.replacing("status:ok", with: "status:err") }
            let error = await #expect(throws: ReportableError.self) { try await ship(dock) }
            #expect(error?.message == "redis cannot write its append-only file")
            let runs = try await dock.ledger.backupRuns(of: Dockyard.shop, limit: 9)
            #expect(runs.map(\.state) == [.failed])
        }
    }

    @Test("the log of a policy that ships none any more goes with its copies")
    func ended() async throws {
        try await Dockyard.with { dock in
            try await deploy(dock)
            try write([1: Self.one], dock)
            try await makeBase(at: "1-0", dock)
            _ = try await ship(dock)
            try write([1: Self.one + Self.one], dock)
            _ = try await ship(dock)
            try await deploy(dock, pointInTime: nil)
            let pruner = BackupPruner(dock.dependencies, doors)
            #expect(try await pruner.prune("hourly", of: Dockyard.shop).deleted == [])
            let vault = try await Vault.open(near)
            for _ in 1...3 { try await makePlain("hourly", in: vault) }
            let gone = try await pruner.prune("hourly", of: Dockyard.shop).deleted
            #expect(gone.count == 2 && gone.contains { $0.contains("hourly-wal") }, "\(gone)")
            // The newest set of a series stays in any case.
            #expect(try await parts(of: near).count == 1)
            #expect(try await parts(of: far).count == 2)
        }
    }

    private func makePlain(_ policy: PolicyName, in vault: Vault) async throws {
        let now = Instant(milliseconds: Self.now * 1000)
        let recipient = try #require(identity.recipient).description
        let holder = LeaseHolder(machine: "here", process: "1", purpose: "test")
        let lease = try await vault.takeLease(as: holder, for: .seconds(60), now: now)
        let series = SetSeries(Dockyard.shop, policy)
        let writer = try await vault.begin(series, under: lease, expecting: [recipient], clock: { now })
        try await writer.add("redis.rdb", ByteStream(bytes: [1]))
        _ = try await writer.commit(SetFacts(subject: "redis", captured: now, versions: [:], identity: [:]))
        try await lease.release()
    }
}

/// Answers what is asked of a Redis that is idle.
private final class FakeRedis: CommandRunner, ProgramStarter {
    let information = Mutex("aof_last_write_status:ok\naof_buffer_length:0\n")

    func run(_ command: CommandLine) async throws(ReportableError) -> CommandResult {
        let words = command.arguments
        let reply =
            if words.contains("CONFIG") {
                #"{"appendonly":"yes","aof-timestamp-enabled":"yes","aof-disable-auto-gc":"yes","aof-use-rdb-preamble":"yes"}"#
            } else if words.contains("TIME") {
                "1700000000\n0\n"
            } else if words.contains("INFO") {
                information.withLock { $0 }
            } else {
                throw ReportableError(.broken, "nobody answers \(words)")
            }
        return CommandResult(status: 0, output: reply, errorOutput: "")
    }

    func start(_ command: CommandLine, input: ByteStream?) async throws(ReportableError) -> any RunningProgram {
        throw ReportableError(.broken, "no program is started here")
    }
}
