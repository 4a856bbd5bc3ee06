import Basics
import Interfaces
import Ledger
import Orchestration
import StackModel
import TestKit
import Testing

@Suite("Certificates, before anything is touched")
struct CertificateTests {
    private static let now = 1_700_000_000_000
    private static let day = 86_400_000

    private static func certificate(from start: Int = -30, until end: Int) -> Certificate {
        Certificate(
            subject: "CN=shop.example",
            validFrom: Instant(milliseconds: now + start * day),
            validUntil: Instant(milliseconds: now + end * day)
        )
    }

    /// - Parameter known: what stands in the certificate's file, or nothing where nobody gives one.
    private static func deployment(_ pem: String?, version: Int = 1) -> Change {
        let edge = Edge(
            listen: 8443,
            routes: [Route(path: "/", service: "api")],
            tls: EdgeTLS(certificate: "site")
        )
        let stack = Stack(
            name: Dockyard.shop.stack,
            environment: Dockyard.shop.environment,
            engine: .process,
            services: [.app(version: version), Service(name: "edge", kind: .edge(edge))],
            secrets: [SecretDeclaration(name: "site", kind: .given, files: ["site.pem"])]
        )
        let given: [SecretName: Redacted<String>] = pem.map { ["site": Redacted($0)] } ?? [:]
        return .deploy(DeclaredStack(stack: stack, text: "", directory: "/stacks/shop", given: given))
    }

    private func withYard(_ body: (inout Dockyard) async throws -> Void) async throws {
        try await Dockyard.with { yard in
            yard.certificates.known = [
                "good": Self.certificate(until: 60), "newer": Self.certificate(until: 90),
                "short": Self.certificate(until: 13), "expired": Self.certificate(until: -3),
                "early": Self.certificate(from: 5, until: 60),
            ]
            try await body(&yard)
        }
    }

    @Test(
        "one that clients or servers refuse is refused, and nothing is done",
        arguments: [
            ("expired", "it expired 3 days ago, so clients would refuse it"),
            ("early", "it is not valid yet, but in 5 days, so clients would refuse it"),
            ("nonsense", "no server can use it: it is no PEM"),
        ]
    )
    func refused(pem: String, reason: String) async throws {
        try await withYard { yard in
            let deployer = yard.deployer
            let error = try await expect(.secretFailed) { () throws(ReportableError) in
                try await deployer.propose(Self.deployment(pem), to: Dockyard.shop)
            }
            #expect(error.message == "the certificate site of edge: \(reason)")
            #expect(yard.replicas == [])
            #expect(try await yard.dependencies.secrets.versions(of: Dockyard.shop).isEmpty)
        }
    }

    @Test("one that ends within 14 days is warned of")
    func warned() async throws {
        try await withYard { yard in
            let short = try await yard.deployer.propose(Self.deployment("short"), to: Dockyard.shop)
            #expect(short.warnings == ["the certificate site of edge expires in 13 days: renew it"])
            let good = try await yard.deployer.propose(Self.deployment("good"), to: Dockyard.shop)
            #expect(good.warnings == [])
        }
    }

    @Test("one that is served already and expires meanwhile keeps nobody from working; another such one is refused")
    func expiresInService() async throws {
        try await withYard { yard in
            try await yard.carryOut(Self.deployment("good"))
            yard.certificates.known["good"] = Self.certificate(until: -1)
            let warning = "the certificate site of edge expired 24 hours ago: clients refuse it"
            for change in [Self.deployment(nil, version: 2), .restart([]), .scale(["api": 3])] {
                let proposal = try await yard.deployer.propose(change, to: Dockyard.shop)
                #expect(proposal.warnings == [warning])
            }
            let deployer = yard.deployer
            try await expect(.secretFailed) { () throws(ReportableError) in
                try await deployer.propose(Self.deployment("expired"), to: Dockyard.shop)
            }
        }
    }

    @Test("a renewed one is a new release that reloads the edge alone, and a rollback brings the old one back")
    func renewed() async throws {
        try await withYard { yard in
            try await yard.carryOut(Self.deployment("good"))
            let renewal = try await yard.deployer.propose(Self.deployment("newer"), to: Dockyard.shop)
            #expect(renewal.plan.steps.map(\.action.summary).contains { $0.contains("edge-1") })
            #expect(!renewal.plan.steps.contains { if case .startReplica = $0.action { true } else { false } })
            #expect(try await yard.deployer.carryOut(renewal, acceptingChanges: false).isSuccess)
            #expect(try await yard.carryOut(Self.deployment(nil)).isNothing)
            #expect(try await yard.carryOut(.rollback(to: nil)).isSuccess)
            let release = try #require(try await yard.ledger.currentRelease(of: Dockyard.shop))
            #expect(release.contents.templates["edge"]?.files.first?.path == "certificate-1.pem")
            // What it was renewed from may have expired by then.
            yard.certificates.known["newer"] = Self.certificate(until: -1)
            let deployer = yard.deployer
            try await expect(.secretFailed) { () throws(ReportableError) in
                try await deployer.propose(Self.deployment("newer"), to: Dockyard.shop)
            }
        }
    }

    @Test("those that are served are read once for each version, and one that cannot be read hides no other figure")
    func served() async throws {
        try await withYard { yard in
            let served = ServedCertificates(yard.dependencies)
            #expect(try await served.all(of: Dockyard.shop).isEmpty)
            try await yard.carryOut(Self.deployment("good"))
            let first = try await served.all(of: Dockyard.shop)
            #expect(first.map(\.secret) == ["site"] && first.map(\.1) == [Self.certificate(until: 60)])
            try await yard.carryOut(Self.deployment("newer"))
            #expect(try await served.all(of: Dockyard.shop).map(\.1) == [Self.certificate(until: 90)])
            yard.certificates.known = [:]
            #expect(try await served.all(of: Dockyard.shop).count == 1)
            #expect(try await ServedCertificates(yard.dependencies).all(of: Dockyard.shop).isEmpty)
        }
    }
}
