import Basics
import StackModel
import Testing

@testable import ProcessEngine

@Suite("Versions of programs")
struct ProgramVersionTests {
    @Test(
        "are read from what the programs say",
        arguments: [
            ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=6ef", "7.0.15"),
            ("postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)\n", "15.8"),
        ]
    )
    func read(text: String, version: String) {
        #expect(ProgramVersion.version(in: text) == version)
    }

    @Test("are asked for as exactly as they are written")
    func fits() {
        for wanted in ["7", "7.0", "7.0.15"] { #expect(ProgramVersion.fits("7.0.15", wanted)) }
        for wanted in ["3.2", "99", "7.1", "7.0.1", "70"] { #expect(!ProgramVersion.fits("7.0.15", wanted)) }
    }

    @Test("that are not the declared one are said before anything is planned", arguments: ["redis", "postgres"])
    func preflight(kind: String) async throws {
        try await Harbour.with { harbour in
            func preflight(_ version: String?) async throws -> [String] {
                let program = kind == "redis" ? "redis-server" : "postgres"
                let template = ReplicaTemplate(
                    service: "data",
                    kind: kind,
                    version: version,
                    command: [Template(program)]
                )
                return try await harbour.engine.preflight(template, in: harbour.stack)
            }
            let doubts = try await preflight(nil)
            #expect(doubts == [])
            let error = await #expect(throws: ReportableError.self) { try await preflight("3.2") }
            #expect(error?.code == .programMissing)
            #expect(error?.message.hasPrefix("data asks for \(kind) 3.2, and this machine has ") == true)
            let installed = error?.message.split(separator: " ").last.map(String.init)
            for version in [installed, installed?.split(separator: ".").first.map(String.init)] {
                let doubts = try await preflight(version)
                #expect(doubts == [])
            }
        }
    }
}
