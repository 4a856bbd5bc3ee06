import Basics
import Interfaces
import Ledger
import StackModel
import TestKit
import Testing
import Vault

@testable import Orchestration

/// Which sets a person means.
@Suite("Choosing what to restore")
struct RestoreChoiceTests {
    private let near = MemoryStore()
    private let far = MemoryStore()
    private let identity = AgeIdentity.generate()

    private func restorer(_ yard: Dockyard) -> Restorer {
        Restorer(yard.dependencies, BackupYard(["near": near, "far": far], identity: identity).doors)
    }

    /// A shop whose Redis is backed up to two stores.
    private func deploy(_ yard: Dockyard) async throws {
        let policy = BackupPolicy(
            name: "hourly",
            subject: .service("redis"),
            schedule: "0 * * * *",
            keep: Retention(last: 3),
            stores: ["near", "far"]
        )
        let stack = Stack(
            name: Dockyard.shop.stack,
            environment: Dockyard.shop.environment,
            engine: .process,
            services: [.app(), .redis, .edge("api")],
            backups: [policy],
            stores: ["near", "far"].map { Store(name: $0, location: .directory("/nowhere/\($0)")) }
        )
        try await yard.carryOut(.deploy(DeclaredStack(stack: stack, text: "", directory: "/stacks/shop")))
    }

    @discardableResult
    private func make(
        _ subject: String,
        captured: Int,
        in store: MemoryStore,
        of stack: StackID = Dockyard.shop,
        by policy: PolicyName = "hourly"
    ) async throws -> SetID {
        let now = Instant(milliseconds: 1_700_000_000_000)
        let recipient = try #require(identity.recipient).description
        var vault = try? await Vault.open(store)
        if vault == nil { vault = try await Vault.create(in: store, recipients: [recipient], now: now) }
        let opened = try #require(vault)
        let holder = LeaseHolder(machine: "here", process: "1", purpose: "test")
        let lease = try await opened.takeLease(as: holder, for: .seconds(60), now: now)
        let series = SetSeries(stack, policy)
        let writer = try await opened.begin(series, under: lease, expecting: [recipient], clock: { now })
        try await writer.add("facts.json", ByteStream(bytes: Array("{}".utf8)))
        let facts = SetFacts(
            subject: subject,
            captured: Instant(milliseconds: now.milliseconds + captured),
            versions: [:],
            identity: [:]
        )
        let set = try await writer.commit(facts).0.set
        try await lease.release()
        return set
    }

    private func choose(_ wish: RestoreWish, _ yard: Dockyard) async throws(ReportableError) -> RestoreChoice {
        try await restorer(yard).choose(wish, of: Dockyard.shop)
    }

    @Test("a set that is known to be damaged is taken from another store that holds the same")
    func otherCopy() async throws {
        try await Dockyard.with { yard in
            try await deploy(yard)
            let set = try await make("redis", captured: 1000, in: near)
            try await make("redis", captured: 500, in: far)
            let same = try await make("redis", captured: 1000, in: far)
            #expect(same != set)
            let vault = try await Vault.open(near)
            try await vault.markDamaged(set, evidence: [:], at: Instant(milliseconds: 1_700_000_000_000))
            let found = try await choose(RestoreWish(set: set.description), yard).sets.first
            #expect(found?.store == "far" && found?.manifest.set == same)
        }
    }

    @Test("takes the newest state, and the copy in the first store that has it")
    func newest() async throws {
        try await Dockyard.with { yard in
            try await deploy(yard)
            try await make("redis", captured: 1000, in: near)
            let newest = try await make("redis", captured: 2000, in: near)
            try await make("redis", captured: 2000, in: far)
            for wish in [RestoreWish(services: ["redis"]), RestoreWish(policy: "hourly")] {
                let choice = try await choose(wish, yard)
                #expect(choice.sets.map(\.row.set) == [newest.description])
                #expect(choice.sets.map(\.store) == ["near"])
                #expect(choice.warnings.isEmpty)
                guard case .restore(let data) = choice.change, case .restored(let name)? = data["redis"] else {
                    Issue.record("\(choice.change)")
                    return
                }
                #expect(name.text.hasPrefix("hourly-2-2023"))
            }
            let choice = try await choose(RestoreWish(services: ["redis"], store: "far"), yard)
            #expect(choice.sets.map(\.store) == ["far"])
        }
    }

    @Test("refuses what is not this stack's, or no data of a service")
    func refusals() async throws {
        try await Dockyard.with { yard in
            try await deploy(yard)
            let set = try await make("redis", captured: 0, in: near)
            let config = try await make("config", captured: 0, in: near, by: "files")
            let other = try await make("redis", captured: 0, in: near, of: StackID("mall", "local"))
            let stranger = try await make("mongo", captured: 0, in: near, by: "mongo")
            let cases: [(RestoreWish, ErrorCode, String)] = [
                (RestoreWish(), .usage, "nothing is named"),
                (RestoreWish(set: "nonsense"), .usage, "not the name of a set"),
                (RestoreWish(set: other.description), .usage, "a set of mall/local"),
                (RestoreWish(set: config.description), .usage, "holds the configuration"),
                (RestoreWish(policy: "files"), .usage, "holds the configuration"),
                (RestoreWish(set: stranger.description), .usage, "is of mongo"),
                (RestoreWish(set: set.description, services: ["api"]), .usage, "is a set of redis, not of api"),
                (RestoreWish(set: set.description.dropLast() + "9"), .notFound, "there is no set"),
                (RestoreWish(policy: "weekly"), .usage, "no backup policy weekly"),
                (RestoreWish(services: ["api"]), .notFound, "there is no set of api"),
                (RestoreWish(services: ["web"]), .usage, "there is no service web"),
                (RestoreWish(services: ["redis"], store: "moon"), .usage, "no store moon"),
            ]
            for (wish, code, words) in cases {
                let error = try await expect(code) { () async throws(ReportableError) in try await choose(wish, yard) }
                #expect(error.message.contains(words), "\(error)")
            }
        }
    }

    @Test("passes over a damaged set and says so, but not where it is the one that is named")
    func damaged() async throws {
        try await Dockyard.with { yard in
            try await deploy(yard)
            let sound = try await make("redis", captured: 1000, in: near)
            let damaged = try await make("redis", captured: 2000, in: near)
            let name = try #require(BlobName("sets/\(damaged)/MANIFEST.json"))
            _ = try await near.put(name, ByteStream(bytes: Array("{}".utf8)), when: .always)
            let choice = try await choose(RestoreWish(services: ["redis"]), yard)
            #expect(choice.sets.map(\.row.set) == [sound.description])
            #expect(choice.warnings.count == 1 && choice.warnings[0].contains(damaged.description))
            try await expect(.vaultDamaged) { () async throws(ReportableError) in
                try await choose(RestoreWish(set: damaged.description), yard)
            }
        }
    }
}
