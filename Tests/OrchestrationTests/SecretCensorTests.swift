import Basics
import Ledger
import StackModel
import Testing

@testable import Orchestration

@Suite("What failures quote")
struct SecretCensorTests {
    private let token = "canary/4711+token ä"

    private func censored(_ error: ReportableError, losingKey: Bool = false) async throws -> ReportableError {
        let past = try Past()
        let stack = Stack(name: "shop", environment: "local", engine: .process, services: [])
        let secrets = [SecretDeclaration(name: "token", kind: .given)]
        let store = SecretStore(ledger: past.ledger, key: Past.key)
        let versions = try await store.ensure(
            secrets,
            of: stack.id,
            given: ["token": Redacted(token)],
            at: Past.start
        )
        let contents = Release.Contents(stack: stack, spec: "", addresses: [:], secrets: versions, templates: [:])
        let release = Release(number: 1, contents: contents, createdAt: Past.start, createdBy: "ada", reason: "test")
        let keyless = SecretStore(ledger: past.ledger, keyPath: "/no/keys/here")
        return await SecretCensor(secrets: losingKey ? keyless : store, release: release).censored(error)
    }

    @Test("holds no secret, in no spelling of an address")
    func encoded() async throws {
        let error = ReportableError(
            .replicaFailed,
            "api-1 died, saying: GET /?t=canary%2F4711%2Btoken%20%C3%A4",
            details: ["canary/4711%2btoken%20%c3%a4", "canary%2F4711%2Btoken+%C3%A4", "<\(token)>"]
        )
        let result = try await censored(error)
        #expect(result.message == "api-1 died, saying: GET /?t=‹secret token›")
        #expect(result.details == ["‹secret token›", "‹secret token›", "<‹secret token›>"])
    }

    @Test("holds no piece of a secret where a line was cut")
    func cut() async throws {
        let error = ReportableError(
            .replicaFailed,
            "api-1 exited with code 1, saying: Bearer canary/47…",
            details: ["… cana…", "see can…", "canary is a bird"]
        )
        let result = try await censored(error)
        #expect(result.message == "api-1 exited with code 1, saying: Bearer ‹secret token›…")
        #expect(result.details == ["… ‹secret token›…", "see can…", "canary is a bird"])
    }

    @Test("is nothing at all where the secrets cannot be opened")
    func withheld() async throws {
        let error = ReportableError(.replicaFailed, "api-1 died, saying: \(token)", details: [token])
        let result = try await censored(error, losingKey: true)
        #expect(result.message == "api-1 died")
        #expect(result.details.count == 1 && !result.details[0].contains("canary"))
    }
}
