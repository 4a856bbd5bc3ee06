import Basics
import FoundationEssentials
import Interfaces
import Ledger
import StackModel
import Synchronization
import TestKit
import Testing
import Vault

@testable import Orchestration

/// From the vault of one machine to another that has nothing. Loading of data is for real servers: acceptance/rebuild.py.
@Suite("Rebuilding")
struct RebuildTests {
    private let store = MemoryStore()
    private let identity = AgeIdentity.generate()

    private func doors(_ yard: Dockyard) -> BackupDoors {
        BackupYard(["near": store, "vault": store], identity: identity, folder: yard.folder).doors
    }

    /// Deploys a shop elsewhere, backs up its configuration, and returns the value of its secret.
    @discardableResult
    private func lose(
        _ services: [Service] = [.app(), .edge("api")],
        named name: StackName = "shop",
        also stores: [Store] = []
    ) async throws -> String {
        var value = ""
        try await Dockyard.with { yard in
            let stack = Stack(
                name: name,
                environment: "local",
                engine: .process,
                services: services,
                secrets: [SecretDeclaration(name: "jwt", kind: .jwtHS256)],
                backups: [
                    policy("files", .config), policy("hourly", .service("redis")),
                ].filter { services.contains(.redis) || $0.subject == .config },
                stores: [Store(name: "near", location: .directory("/nowhere/near"))] + stores
            )
            let change = Change.deploy(DeclaredStack(stack: stack, text: "stack: \(name)", directory: "/stacks/shop"))
            let proposal = try await yard.deployer.propose(change, to: stack.id)
            _ = try await yard.deployer.carryOut(proposal, acceptingChanges: true)
            _ = try await BackupRunner(yard.dependencies, doors(yard)).run("files", of: stack.id)
            value = try await yard.dependencies.secrets.open("jwt", version: 1, of: stack.id).value.reveal()
        }
        return value
    }

    private func policy(_ name: String, _ subject: BackupPolicy.Subject) -> BackupPolicy {
        BackupPolicy(name: name, subject: subject, schedule: "0 * * * *", keep: Retention(last: 3), stores: ["near"])
    }

    private func wish(_ yard: Dockyard, _ key: AgeIdentity? = nil) throws -> RebuildWish {
        let path = "\(yard.folder)/key"
        try AgeIdentityFile(path: path).keep(key ?? identity)
        return RebuildWish(vault: StoreAddress(.directory("/nowhere/near")), identity: path)
    }

    private func rebuild(_ yard: Dockyard, acceptingMissing: Bool = false)
        async throws(ReportableError) -> RebuildReport
    {
        let rebuilder = Rebuilder(yard.dependencies, doors(yard))
        var wish = RebuildWish(vault: StoreAddress(.directory("/nowhere/near")), identity: "\(yard.folder)/key")
        wish.acceptsMissing = acceptingMissing
        let survey = try await rebuilder.survey(wish) { _ in true }
        let start = try await rebuilder.begin(survey, wish)
        let proposal = try await yard.deployer.propose(start.change, to: Dockyard.shop, preparing: true)
        _ = try await yard.deployer.carryOut(proposal, acceptingChanges: true, preparing: start.preparation)
        return try await rebuilder.finish(start) { _ in }
    }

    @Test("brings the release and its secrets back, and goes on in the same vault")
    func whole() async throws {
        let value = try await lose()
        try await Dockyard.with { yard in
            _ = try wish(yard)
            let report = try await rebuild(yard)
            #expect(report.isWhole && report.failures.isEmpty)
            #expect(report.parts.map(\.subject) == ["config"])
            #expect(report.backups.map(\.policy) == ["files"])
            #expect(report.backups.first?.copies.first?.set.hasSuffix("-000002") == true)
            #expect(try await yard.history() == ["rebuild succeeded"])
            #expect(yard.replicas == ["api-1", "api-2", "edge-1"])
            let secret = try await yard.dependencies.secrets.open("jwt", version: 1, of: Dockyard.shop)
            #expect(secret.value.reveal() == value)
            let spec = try String(contentsOfFile: "\(report.folder)/stack.yaml", encoding: .utf8)
            #expect(spec == "stack: shop")
            // Asked again, nothing is left to do.
            #expect(try await rebuild(yard).backups.isEmpty)
            #expect(try await yard.history() == ["rebuild succeeded"])
        }
    }

    @Test("that dies anywhere is completed by the same command", arguments: 1...8)
    func death(in action: Int) async throws {
        try await lose()
        try await Dockyard.with { yard in
            _ = try wish(yard)
            yard.engine.add(.crashes(inAction: action, .after))
            _ = try? await rebuild(yard)
            yard.engine.revive()
            #expect(try await rebuild(yard).isWhole)
            #expect(yard.engine.world(of: Dockyard.shop).takesRequests("api"))
        }
    }

    @Test("without the right key is refused before anything is read")
    func wrongKey() async throws {
        try await lose()
        try await Dockyard.with { yard in
            let wish = try wish(yard, .generate())
            let error = try await expect(.secretFailed) { () async throws(ReportableError) in
                try await Rebuilder(yard.dependencies, doors(yard)).survey(wish, consent: { _ in true })
            }
            #expect(error.message.contains("not the one that opens"))
            #expect(try await yard.ledger.stacks().isEmpty)
        }
    }

    @Test("asks which stack is meant where the vault holds several")
    func several() async throws {
        try await lose()
        try await lose(named: "mall")
        try await Dockyard.with { yard in
            var wish = try wish(yard)
            let rebuilder = Rebuilder(yard.dependencies, doors(yard))
            try await expect(.usage) { () async throws(ReportableError) in
                try await rebuilder.survey(wish, consent: { _ in true })
            }
            wish.stack = "mall"
            #expect(try await rebuilder.survey(wish, consent: { _ in true }).stack == StackID("mall", "local"))
            wish.stack = "moon"
            try await expect(.usage) { () async throws(ReportableError) in
                try await rebuilder.survey(wish, consent: { _ in true })
            }
        }
    }

    @Test("lets nothing that was backed up begin empty, unless a person says so")
    func missing() async throws {
        try await lose([.app(), .redis, .edge("api")])
        try await Dockyard.with { yard in
            var wish = try wish(yard)
            let rebuilder = Rebuilder(yard.dependencies, doors(yard))
            let error = try await expect(.needsDecision) { () async throws(ReportableError) in
                try await rebuilder.survey(wish, consent: { _ in true })
            }
            #expect(error.message.contains("no set of redis"))
            wish.acceptsMissing = true
            let survey = try await rebuilder.survey(wish, consent: { _ in true })
            #expect(survey.gaps.filter(\.isLoss).map(\.service) == ["redis"])
        }
    }

    @Test("never happens where the stack runs, or has left something")
    func occupied() async throws {
        try await lose()
        try await Dockyard.with { yard in
            let wish = try wish(yard)
            let rebuilder = Rebuilder(yard.dependencies, doors(yard))
            yard.engine.change(Dockyard.shop) { $0.volumes.insert("redis") }
            try await expect(.needsDecision) { () async throws(ReportableError) in
                try await rebuilder.survey(wish, consent: { _ in true })
            }
            yard.engine.change(Dockyard.shop) { $0.volumes = [] }
            try await yard.deploy(.app(), .edge("api"))
            let error = try await expect(.needsDecision) { () async throws(ReportableError) in
                try await rebuilder.survey(wish, consent: { _ in true })
            }
            #expect(error.message.contains("runs here already"))
        }
    }

    @Test("asks no store that a configuration names for anything before a person says so")
    func planted() async throws {
        let asked = Mutex<[StoreName]>([])
        try await lose(also: [Store(name: "trap", location: .directory("/nowhere/trap"))])
        try await Dockyard.with { yard in
            let wish = try wish(yard)
            let doors = BackupYard(["vault": store], identity: identity, folder: yard.folder).doors(seeing: { name in
                asked.withLock { $0.append(name) }
            })
            let rebuilder = Rebuilder(yard.dependencies, doors)
            let named = Mutex<[StoreName]>([])
            let survey = try await rebuilder.survey(wish) { stores in
                named.withLock { $0 = stores.stores.map(\.name) }
                #expect(asked.withLock { $0 } == ["vault"])
                return false
            }
            #expect(named.withLock { $0 } == ["trap"])
            #expect(asked.withLock { $0 } == ["vault"])
            #expect(survey.warnings.contains { $0.contains("trap") && $0.contains("not looked into") })
            _ = try await rebuilder.survey(wish) { _ in true }
            #expect(asked.withLock { $0 } == ["vault", "vault", "trap"])
        }
    }

    @Test("refuses a source for a service that has none")
    func unknownSource() async throws {
        try await lose()
        try await Dockyard.with { yard in
            var wish = try wish(yard)
            wish.sources["nosuch"] = "/here"
            let error = try await expect(.usage) { [wish] () async throws(ReportableError) in
                try await Rebuilder(yard.dependencies, doors(yard)).survey(wish) { _ in true }
            }
            #expect(error.message.contains("nosuch"))
        }
    }

    @Test("asked again leaves what a person has changed in the folder, and tells again what is lost")
    func again() async throws {
        try await lose([.app(), .redis, .edge("api")])
        try await Dockyard.with { yard in
            _ = try wish(yard)
            let report = try await rebuild(yard, acceptingMissing: true)
            #expect(!report.isWhole && report.gaps.filter(\.isLoss).map(\.service) == ["redis"])
            let file = "\(report.folder)/stack.yaml"
            try "stack: mine".write(toFile: file, atomically: true, encoding: .utf8)
            let second = try await rebuild(yard)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "stack: mine")
            #expect(second.gaps == report.gaps)
        }
    }

    @Test("waits for the controller where that makes a first backup")
    func controller() async throws {
        try await lose()
        try await Dockyard.with { yard in
            let wish = try wish(yard)
            let rebuilder = Rebuilder(yard.dependencies, doors(yard))
            let start = try await rebuilder.begin(try await rebuilder.survey(wish) { _ in true }, wish)
            let proposal = try await yard.deployer.propose(start.change, to: Dockyard.shop, preparing: true)
            _ = try await yard.deployer.carryOut(proposal, acceptingChanges: true, preparing: start.preparation)
            let run = try await yard.ledger.beginBackup(
                PolicyJob(.backup, by: "files", of: Dockyard.shop),
                actor: "controller",
                owner: yard.dependencies.owner,
                isAlive: { _ in true },
                at: yard.dependencies.now()
            )
            async let report = rebuilder.finish(start) { _ in }
            try await Task.sleep(for: .milliseconds(100))
            try await yard.ledger.succeedBackup(run.id, with: "its set", at: yard.dependencies.now())
            #expect(try await report.isWhole)
        }
    }

    @Test(
        "lays a source where the spec says only where that is inside, by the bytes of its path",
        arguments: [
            ("./api", "api"), ("a/b/", "a/b"), (".", "sources-of-api"), ("../x", "sources-of-api"),
            ("../\u{301}x", "sources-of-api"), ("/srv/x", "sources-of-api"), ("/\u{301}x", "sources-of-api"),
            ("stack.yaml/x", "sources-of-api"), ("taken/deeper", "sources-of-api"), ("tak", "tak"),
        ]
    )
    func places(_ source: String, _ expected: String) {
        let place = SourcePlace(of: source, for: "api", Digest(of: "api"), ["taken": Digest(of: "other")])
        #expect(place.path == expected)
        #expect((place.gap != nil) == (expected == "sources-of-api"))
    }
}
