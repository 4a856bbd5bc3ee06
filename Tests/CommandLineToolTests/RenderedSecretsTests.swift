import ArgumentParser
import Basics
import Foundation
import Testing

@testable import CommandLineTool

/// Runs verbs on a spec with a value in every place that values come from, and looks for them in all that comes out.
@Suite("Secrets and what is rendered")
struct RenderedSecretsTests {
    private static let values = [
        "API_TOKEN": "canary/a+1\u{22}token", "GREETING": "canary-greeting-of-nobody", "GIVEN": "canary given value",
        "HOOK": "canary-hook-5f2e",
    ]

    @Test("no value of the environment, of .env or of a secret is in a rendered file or in what is said of it")
    func areNowhere() async throws {
        let place = try Place()
        defer { place.remove() }
        for target in ["compose", "kubernetes", "process"] {
            let output = "\(place.path)/out-\(target)"
            #expect(try await place.run(RenderVerb.self, "--target", target, "--output", output) == .done)
            #expect(
                try await place.run(RenderVerb.self, "--target", target, "--output", "\(output)-2", "--diff") != .done
            )
        }
        #expect(try await place.run(ValidateVerb.self) == .done)
        for key in ["services.api.env.TOKEN", "services.api.env.GREETING", "contacts.hook.webhook.url"] {
            #expect(try await place.run(ExplainVerb.self, at: [key]) == .done)
        }
        let texts = try place.texts()
        #expect(texts.keys.filter { $0.hasPrefix("out-") }.count > 100, "\(texts.keys.sorted())")
        #expect(texts["stdout"]?.isEmpty == false && texts["stderr"]?.isEmpty == false)
        #expect(Self.found(in: texts) == [])
        try "x canary-hook-5f2e".write(toFile: "\(place.path)/out-compose/planted", atomically: true, encoding: .utf8)
        let token = Data((Self.values["API_TOKEN"] ?? "").utf8).base64EncodedString()
        try "x\(token)".write(toFile: "\(place.path)/out-compose/planted-too", atomically: true, encoding: .utf8)
        #expect(Self.found(in: try place.texts()) == ["out-compose/planted", "out-compose/planted-too"])
    }

    @Test("a credential in any other key is refused by name, and another value is told, each in a line")
    func areRefused() async throws {
        let place = try Place {
            $0.replacing("listen: 8080,", with: "listen: 8080, maintenance: \"Call ${API_TOKEN}\",")
        }
        defer { place.remove() }
        let refused = await #expect(throws: ReportableError.self) {
            try await place.run(RenderVerb.self, "--target", "compose", "--output", "\(place.path)/out")
        }
        let messages = refused?.diagnostics.filter { $0.severity == .error }.map(\.message)
        #expect(messages == ["services.edge.maintenance takes the credential ${API_TOKEN}, which the files would show"])
        #expect(try place.texts().keys.allSatisfy { !$0.hasPrefix("out/") })
        let other = try Place { $0.replacing("example/api:1", with: "example/api:${GREETING}") }
        defer { other.remove() }
        #expect(try await other.run(RenderVerb.self, "--target", "compose", "--output", "\(other.path)/out") == .done)
        let said = String(decoding: try other.texts()["stderr"] ?? Data(), as: UTF8.self).split(separator: "\n")
        let image = said.filter { $0.contains("services.api.image: the files hold the value that ${GREETING} has now") }
        #expect(image.count == 1)
        // One line for each thing, and every one begins with its place.
        #expect(said.count > 3 && said.allSatisfy { $0.hasPrefix("\(other.path)/stack.yaml:") }, "\(said)")
    }

    @Test("a limit that nobody wrote is told in a line")
    func tellsLimits() async throws {
        for isWritten in [true, false] {
            let place = try Place { isWritten ? $0 : $0.replacing("    resources: {memory: 256MiB}\n", with: "") }
            defer { place.remove() }
            for target in ["compose", "process"] {
                _ = try await place.run(RenderVerb.self, "--target", target, "--output", "\(place.path)/\(target)")
            }
            let lines = String(decoding: try place.texts()["stderr"] ?? Data(), as: UTF8.self).split(separator: "\n")
            #expect(lines.count { $0.hasPrefix("api may take 512MiB of memory each") } == (isWritten ? 0 : 1))
        }
    }

    @Test("what render refuses strictly validate does too, where files are all that comes of an environment")
    func agree() async throws {
        let environments = ["cluster": "kubernetes", "machine": "compose"]
        let place = try Place { $0 + "environments: {cluster: {engine: kubernetes}, machine: {engine: docker}}\n" }
        defer { place.remove() }
        for (environment, target) in environments {
            let options = ["--env", environment]
            #expect(try await place.run(ValidateVerb.self, at: [], all: options) == .done)
            let rendered = await #expect(throws: ReportableError.self) {
                let output = ["--strict", "--target", target, "--output", "\(place.path)/out"]
                return try await place.run(RenderVerb.self, at: [], all: options + output)
            }
            let validated = await #expect(throws: ReportableError.self) {
                try await place.run(ValidateVerb.self, at: [], all: options + ["--strict"])
            }
            let refused = [rendered, validated].map { error in
                Set((error?.diagnostics ?? []).filter { $0.severity == .error }.map(\.message))
            }
            #expect(refused[0].count > 1 && refused[0] == refused[1], "\(refused)")
        }
    }

    /// The files that have a value in one of its usual guises.
    private static func found(in texts: [String: Data]) -> [String] {
        let needles = values.values.flatMap { value in
            [
                value, value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? value,
                Data(value.utf8).base64EncodedString().replacing("=", with: ""),
                value.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(),
            ].map { Data($0.utf8) }
        }
        return texts.filter { text in needles.contains { text.value.range(of: $0) != nil } }.keys.sorted()
    }

    /// A folder with a spec, and a console that writes into files of it.
    private final class Place {
        let path = FileManager.default.temporaryDirectory.appending(path: "slipway-canary-\(UUID().uuidString)").path
        private let session: Session
        private let descriptors: [Int32]

        init(_ edit: (String) -> String = { $0 }) throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try edit(Self.spec).write(toFile: "\(path)/stack.yaml", atomically: true, encoding: .utf8)
            let file =
                "HOOK=\(RenderedSecretsTests.values["HOOK"] ?? "")\nGIVEN='\(RenderedSecretsTests.values["GIVEN"] ?? "")'\n"
            try file.write(toFile: "\(path)/.env", atomically: true, encoding: .utf8)
            let path = path
            descriptors = ["stdout", "stderr"].map { open("\(path)/\($0)", O_WRONLY | O_CREAT | O_APPEND, 0o600) }
            let (output, error) = (descriptors[0], descriptors[1])
            session = Session(
                console: Console(variables: [:], descriptors: .init(input: 0, output: output, error: error)),
                variables: RenderedSecretsTests.values.filter { ["API_TOKEN", "GREETING"].contains($0.key) },
                callersMask: 0o022,
                home: { () throws(ReportableError) in throw ReportableError(.broken, "no home is needed") },
                dependencies: { () throws(ReportableError) in throw ReportableError(.broken, "no ledger is opened") }
            )
        }

        func run<V: Verb>(_ verb: V.Type, at first: [String] = [], _ arguments: String...) async throws
            -> CommandLineTool.ExitStatus
        {
            try await run(verb, at: first, all: arguments)
        }

        func run<V: Verb>(_ verb: V.Type, at first: [String], all arguments: [String]) async throws
            -> CommandLineTool.ExitStatus
        {
            let verb = try V.parse(first + [path] + arguments)
            let status = try await verb.run(in: session)
            await session.console.drain()
            return status
        }

        /// All but what the values were given in.
        func texts() throws -> [String: Data] {
            var texts: [String: Data] = [:]
            for name in try FileManager.default.subpathsOfDirectory(atPath: path) where name != ".env" {
                texts[name] = FileManager.default.contents(atPath: "\(path)/\(name)")
            }
            return texts
        }

        func remove() {
            for descriptor in descriptors { close(descriptor) }
            try? FileManager.default.removeItem(atPath: path)
        }

        private static let spec = """
            apiVersion: slipway/v1
            stack: shop
            services:
              api:
                image: example/api:1
                command: [run]
                port: 8000
                resources: {memory: 256MiB}
                env:
                  TOKEN: "${API_TOKEN}"
                  GREETING: "hello ${GREETING}"
                  GIVEN: "${secret:given}"
                  URL: "redis://${secret:cache.user}:${secret:cache}@${service:redis}"
              redis: {kind: redis}
              postgres: {kind: postgres}
              prometheus: {kind: prometheus}
              grafana: {kind: grafana}
              edge: {kind: edge, listen: 8080, routes: [{path: /, service: api}]}
            secrets:
              given: {kind: given}
              cache: {kind: redis-user, service: redis, rotate: 30d}
            contacts:
              hook: {webhook: {url: "https://hooks.example.com/${HOOK}"}}
              mail: {email: {to: a@b.example, from: a@b.example, smarthost: "localhost:25", user: me, password: given}}

            """
    }
}
