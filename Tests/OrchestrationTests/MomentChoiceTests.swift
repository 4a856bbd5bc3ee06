import Basics
import Interfaces
import Ledger
import StackModel
import TestKit
import Testing
import Vault

@testable import Orchestration

/// Which copy of a cluster, and how much of its log, lead to a moment.
@Suite("Choosing how to get to a moment")
struct MomentChoiceTests {
    private let store = MemoryStore()
    private let identity = AgeIdentity.generate()
    private static let start = 1_700_000_000_000

    private func deploy(_ yard: Dockyard) async throws {
        let policy = BackupPolicy(
            name: "nightly",
            subject: .service("redis"),
            schedule: "0 2 * * *",
            keep: Retention(last: 3),
            stores: ["near"],
            pointInTime: "*/5 * * * *"
        )
        let stack = Stack(
            name: Dockyard.shop.stack,
            environment: Dockyard.shop.environment,
            engine: .process,
            services: [.app(), .redis, .edge("api")],
            backups: [policy],
            stores: [Store(name: "near", location: .directory("/nowhere"))]
        )
        try await yard.carryOut(.deploy(DeclaredStack(stack: stack, text: "", directory: "/stacks/shop")))
    }

    /// A copy, or a part of a log when it has a last segment.
    @discardableResult
    private func make(_ first: Int, _ last: Int? = nil, captured: Int, of lineage: String = "a") async throws -> SetID {
        let now = Instant(milliseconds: Self.start)
        let recipient = try #require(identity.recipient).description
        var vault = try? await Vault.open(store)
        if vault == nil { vault = try await Vault.create(in: store, recipients: [recipient], now: now) }
        let opened = try #require(vault)
        let holder = LeaseHolder(machine: "here", process: "1", purpose: "test")
        let lease = try await opened.takeLease(as: holder, for: .seconds(60), now: now)
        let series = SetSeries(Dockyard.shop, last == nil ? "nightly" : "nightly-wal")
        let writer = try await opened.begin(series, under: lease, expecting: [recipient], clock: { now })
        try await writer.add("object", ByteStream(bytes: [1]))
        func name(_ number: Int) -> String { LogSegment(timeline: 1, number: number, bytes: 1 << 20).name }
        var facts = [LogFacts.lineage: lineage, LogFacts.bytes: "\(1 << 20)", LogFacts.first: name(first)]
        facts[LogFacts.last] = last.map(name)
        let set = try await writer.commit(
            SetFacts(
                subject: last == nil ? "redis" : LogFacts.subject(of: "redis"),
                captured: Instant(milliseconds: Self.start + captured - 100_000),
                versions: [:],
                identity: facts
            )
        ).0.set
        try await lease.release()
        return set
    }

    private func choose(_ captured: Int, _ yard: Dockyard) async throws(ReportableError) -> ChosenSet? {
        let restorer = Restorer(yard.dependencies, BackupYard(["near": store], identity: identity).doors)
        let moment = Instant(milliseconds: Self.start + captured - 100_000)
        return try await restorer.choose(RestoreWish(services: ["redis"], at: moment), of: Dockyard.shop).sets.first
    }

    @Test("takes the nearest copy before it, and no more of the log than leads there")
    func nearest() async throws {
        try await Dockyard.with { yard in
            try await deploy(yard)
            let early = try await make(1, captured: 1000)
            try await make(1, 2, captured: 2000)
            let late = try await make(2, captured: 2500)
            try await make(3, 4, captured: 3000)
            try await make(5, 5, captured: 4000)
            try await make(4, 6, captured: 9000, of: "b")
            let first = try #require(try await choose(2200, yard))
            #expect(first.manifest.set == early)
            #expect(first.replay?.parts.map(\.set.sequence) == [1, 2])
            #expect(first.state.milliseconds == Self.start + 2200 - 100_000)
            let second = try #require(try await choose(2600, yard))
            #expect(second.manifest.set == late)
            #expect(second.replay?.parts.map(\.set.sequence) == [1, 2])
            for outside in [999, 4001] {
                let error = try await expect(.notFound) { () async throws(ReportableError) in
                    try await choose(outside, yard)
                }
                #expect(error.details.count == 1 && error.details[0].contains(" to "))
            }
            let future = try await expect(.usage) { () async throws(ReportableError) in
                try await choose(86_400_000, yard)
            }
            #expect(future.message.contains("not come yet"))
        }
    }

    @Test("a part of a log is no set to restore, and its policy is none to prove")
    func parts() async throws {
        try await Dockyard.with { yard in
            try await deploy(yard)
            try await make(1, captured: 1000)
            let part = try await make(1, 1, captured: 2000)
            let doors = BackupYard(["near": store], identity: identity).doors
            let restorer = Restorer(yard.dependencies, doors)
            let error = try await expect(.usage) { () async throws(ReportableError) in
                try await restorer.choose(RestoreWish(set: part.description), of: Dockyard.shop)
            }
            #expect(error.hint?.contains("--at") == true)
            let newest = try await restorer.choose(RestoreWish(services: ["redis"]), of: Dockyard.shop)
            #expect(newest.sets.first?.manifest.set.sequence == 1 && newest.sets.first?.replay == nil)
            let unproven = try await expect(.usage) { () async throws(ReportableError) in
                try await BackupProver(yard.dependencies, doors).prove("nightly-wal", of: Dockyard.shop)
            }
            #expect(unproven.hint?.contains("--policy nightly`") == true)
            let list = try await BackupReader(yard.dependencies, doors).list(Dockyard.shop)
            #expect(list.spans.map { $0.until.milliseconds - $0.from.milliseconds } == [1000])
            #expect(list.rows.filter(\.isLog).count == 1)
        }
    }

    @Test("the log of copies that are gone goes, too")
    func pruned() async throws {
        try await Dockyard.with { yard in
            try await deploy(yard)
            try await make(1, 2, captured: 500)
            try await make(3, captured: 1000)
            try await make(3, 3, captured: 2000)
            try await make(4, 4, captured: 3000)
            let pruner = BackupPruner(yard.dependencies, BackupYard(["near": store], identity: identity).doors)
            let outcome = try await pruner.prune("nightly-wal", of: Dockyard.shop)
            #expect(outcome.deleted.map { String($0.suffix(6)) } == ["000001"])
            #expect(outcome.rows.count == 3)
        }
    }
}
