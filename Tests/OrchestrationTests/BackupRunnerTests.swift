import Basics
import Ledger
import StackModel
import TestKit
import Testing
import Vault

@testable import Orchestration

@Suite("Runs of backups")
struct BackupRunnerTests {
    private let near = MemoryStore()
    private let far = MemoryStore()
    private var yard: BackupYard { BackupYard(["near": near, "far": far], identity: identity) }
    private let identity = AgeIdentity.generate()

    @Test("of policies that are due together wait for each other, and all make their sets")
    func together() async throws {
        try await Dockyard.with { dock in
            let names = ["first", "second", "third"]
            try await yard.deploy(names, to: ["near"], in: dock)
            let runner = BackupRunner(dock.dependencies, yard.doors)
            let made = try await withThrowingTaskGroup(of: String.self) { group in
                for name in names {
                    group.addTask { try await runner.run(name, of: Dockyard.shop).copies.map(\.set).joined() }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(made.count == names.count)
            let rows = try await BackupReader(dock.dependencies, yard.doors).list(Dockyard.shop).rows
            #expect(Set(rows.map(\.set)) == made)
            #expect(rows.allSatisfy { $0.state == .verified })
        }
    }

    @Test("copy to the stores that can be reached, and fail for the one that cannot")
    func copies() async throws {
        try await Dockyard.with { dock in
            try await yard.deploy(["daily"], to: ["near", "gone", "far"], in: dock)
            let error = await #expect(throws: ReportableError.self) {
                try await BackupRunner(dock.dependencies, yard.doors).run("daily", of: Dockyard.shop)
            }
            #expect(error?.message.contains("copying it to gone failed") == true)
            let list = try await BackupReader(dock.dependencies, yard.doors).list(Dockyard.shop)
            #expect(list.rows.map(\.store) == ["near", "far"])
            #expect(list.unread.map(\.store) == ["gone"])
            #expect(try await dock.ledger.backupRuns(of: Dockyard.shop, limit: 9).map(\.state) == [.failed])
        }
    }

    @Test("of a configuration that no rebuild would take make no set")
    func tooLarge() async throws {
        try await Dockyard.with { dock in
            try await yard.deploy(["daily"], to: ["near"], in: dock)
            let release = try #require(try await dock.ledger.currentRelease(of: Dockyard.shop))
            var configuration = StackConfiguration(dependencies: dock.dependencies, release: release)
            configuration.mostBytes = 100
            let error = try await expect(.fileFailed) { [configuration] () async throws(ReportableError) in
                try await configuration.capture { (_) throws(ReportableError) in }
            }
            #expect(error.message.contains("release.json, which no rebuild would take"))
        }
    }

    @Test("are proven by what the sets hold, and a damaged one counts as nothing any more")
    func proof() async throws {
        try await Dockyard.with { dock in
            try await yard.deploy(["daily"], to: ["near"], in: dock)
            let set = try #require(
                try await BackupRunner(dock.dependencies, yard.doors).run("daily", of: Dockyard.shop).copies.first?.set
            )
            let prover = BackupProver(dock.dependencies, yard.doors)
            #expect(try await prover.prove("daily", of: Dockyard.shop).evidence["services"] == "2")
            let reader = BackupReader(dock.dependencies, yard.doors)
            #expect(try await reader.list(Dockyard.shop).rows.map(\.state) == [.proven])
            let name = try #require(near.names.first { $0.hasPrefix("sets/\(set)/") && $0.contains("release.json") })
            var bytes = try #require(near[name])
            bytes[bytes.count / 2] ^= 1
            near[name] = bytes
            let error = await #expect(throws: ReportableError.self) {
                try await prover.prove("daily", of: Dockyard.shop)
            }
            #expect(error?.code == .vaultDamaged)
            #expect(try await reader.list(Dockyard.shop).rows.map(\.state) == [.damaged])
            bytes[bytes.count / 2] ^= 1
            near[name] = bytes
            #expect(try await reader.verify(Dockyard.shop).isSound)
            #expect(try await reader.list(Dockyard.shop).rows.map(\.state) == [.verified])
        }
    }

    @Test("are proven in each store in turn, and their copies are pinned with them")
    func copiesCount() async throws {
        try await Dockyard.with { dock in
            try await yard.deploy(["daily"], to: ["near", "far"], in: dock)
            let copies = try await BackupRunner(dock.dependencies, yard.doors).run("daily", of: Dockyard.shop).copies
            let prover = BackupProver(dock.dependencies, yard.doors)
            var proven: [StoreName] = []
            for _ in 0..<3 { proven.append(try await prover.prove("daily", of: Dockyard.shop).store) }
            #expect(proven == ["near", "far", "near"])
            let pins = BackupPins(dock.dependencies, yard.doors)
            #expect(try await pins.pin(copies[0].set, of: Dockyard.shop, reason: "both") == ["near", "far"])
            let reader = BackupReader(dock.dependencies, yard.doors)
            #expect(try await reader.list(Dockyard.shop).rows.map(\.isPinned) == [true, true])
            #expect(try await pins.unpin(copies[1].set, of: Dockyard.shop) == ["near", "far"])
            #expect(try await reader.list(Dockyard.shop).rows.map(\.isPinned) == [false, false])
        }
    }

    @Test("that are pruned leave what the policy keeps, and what is pinned")
    func pruning() async throws {
        try await Dockyard.with { dock in
            try await yard.deploy(["daily"], to: ["near"], in: dock)
            let runner = BackupRunner(dock.dependencies, yard.doors)
            var sets: [String] = []
            for _ in 0..<5 { sets.append(try await runner.run("daily", of: Dockyard.shop).copies[0].set) }
            let pins = BackupPins(dock.dependencies, yard.doors)
            #expect(try await pins.pin(sets[0], of: Dockyard.shop, reason: "the first") == ["near"])
            let pruner = BackupPruner(dock.dependencies, yard.doors)
            let proposed = try await pruner.propose("daily", of: Dockyard.shop)
            #expect(Set(proposed.deletions.map(\.set)) == [sets[1], sets[2]])
            #expect(proposed.deleted.isEmpty)
            let done = try await pruner.prune("daily", of: Dockyard.shop, approved: [sets[1]])
            #expect(done.deleted == [sets[1]])
            #expect(try await pruner.prune("daily", of: Dockyard.shop).deleted == [sets[2]])
            let rows = try await BackupReader(dock.dependencies, yard.doors).list(Dockyard.shop).rows
            #expect(rows.map(\.set) == [sets[0], sets[3], sets[4]])
            let reader = BackupReader(dock.dependencies, yard.doors)
            #expect(try await reader.verify(Dockyard.shop).flaws == [])
            for name in near.names where name.hasPrefix("sets/\(sets[3])/") { near[name] = nil }
            let flaws = try await reader.verify(Dockyard.shop).flaws
            #expect(flaws == ["near: the set \(sets[4]) comes after \(sets[3]), which is gone and was not pruned"])
        }
    }

    @Test("begin no new vault where one was, and take no other one, before a person says so")
    func lostVault() async throws {
        try await Dockyard.with { dock in
            try await yard.deploy(["daily"], to: ["near"], in: dock)
            let first = BackupRunner(dock.dependencies, yard.doors)
            let set = try await first.run("daily", of: Dockyard.shop).copies[0].set
            let unmounted = MemoryStore()
            let without = BackupYard(["near": unmounted], identity: identity).doors
            let runner = BackupRunner(dock.dependencies, without)
            let lost = await #expect(throws: ReportableError.self) { try await runner.run("daily", of: Dockyard.shop) }
            #expect(lost?.code == .needsDecision && lost?.hint?.contains("mounted") == true, "\(lost?.message ?? "")")
            #expect(unmounted.names.isEmpty)
            #expect(try await dock.ledger.backupRuns(of: Dockyard.shop, limit: 1).map(\.state) == [.failed])
            let list = try await BackupReader(dock.dependencies, without).list(Dockyard.shop)
            #expect(list.unread.map(\.failure.code) == [.needsDecision])

            _ = try await runner.run("daily", of: Dockyard.shop, acceptingNewVaults: true)
            _ = try await runner.run("daily", of: Dockyard.shop)
            let exchanged = await #expect(throws: ReportableError.self) {
                try await first.run("daily", of: Dockyard.shop)
            }
            #expect(exchanged?.message.contains("another") == true)
            _ = try await first.run("daily", of: Dockyard.shop, acceptingNewVaults: true)
            let rows = try await BackupReader(dock.dependencies, yard.doors).list(Dockyard.shop).rows
            #expect(rows.count == 2 && rows.first?.set == set)
        }
    }

    @Test("begin nothing in a store that has no room for another set like the last, and copy nothing to one")
    func noRoom() async throws {
        try await Dockyard.with { dock in
            try await yard.deploy(["daily"], to: ["near", "far"], in: dock)
            let runner = BackupRunner(dock.dependencies, yard.doors)
            (near.room, far.room) = (10, 10)
            // How large a first set becomes, nobody knows.
            let copying = await #expect(throws: ReportableError.self) {
                try await runner.run("daily", of: Dockyard.shop)
            }
            #expect(copying?.message.contains("copying it to far failed") == true, "\(copying?.message ?? "")")
            let before = near.names
            let error = await #expect(throws: ReportableError.self) {
                try await runner.run("daily", of: Dockyard.shop)
            }
            #expect(error?.code == .storeFailed)
            #expect(error?.message.contains("the store near has 10B free") == true, "\(error?.message ?? "")")
            #expect(near.names == before)
            (near.room, far.room) = (1 << 30, nil)
            #expect(try await runner.run("daily", of: Dockyard.shop).copies.count == 2)
        }
    }

    @Test("need no right to write where they are only listed and verified")
    func readOnly() async throws {
        try await Dockyard.with { dock in
            try await yard.deploy(["daily"], to: ["near"], in: dock)
            let runner = BackupRunner(dock.dependencies, yard.doors)
            let set = try await runner.run("daily", of: Dockyard.shop).copies[0].set
            let locked = FaultyStore(near) { call in
                [.get, .facts, .list].contains(call.kind) ? nil : .fails(ReportableError(.storeFailed, "read-only"))
            }
            let reader = BackupReader(dock.dependencies, BackupYard(["near": locked], identity: identity).doors)
            #expect(try await reader.list(Dockyard.shop).rows.map(\.set) == [set])
            let verdict = try await reader.verify(Dockyard.shop)
            #expect(verdict.isSound && verdict.sound == ["near: \(set)"])
        }
    }
}
