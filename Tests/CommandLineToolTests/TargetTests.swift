import ArgumentParser
import Basics
import Foundation
import Ledger
import Orchestration
import StackModel
import StackSpec
import Testing

@testable import CommandLineTool

@Suite("Which stack and which service is meant")
struct TargetTests {
    private func session() -> Session {
        Session(
            console: Console(variables: [:]),
            variables: [:],
            callersMask: 0o022,
            home: { "/home/of/slipway" },
            dependencies: { () throws(ReportableError) in throw ReportableError(.broken, "not needed here") }
        )
    }

    private func failure(_ arguments: String...) async throws -> ReportableError? {
        let target = try StackArgument.parse(arguments)
        do {
            _ = try await target.deployed(in: session(), try Ledger.inMemory())
            return nil
        } catch {
            return error
        }
    }

    @Test("an environment that contradicts the name is refused, not ignored")
    func contradiction() async throws {
        let error = try await failure("shop/local", "--env", "production")
        #expect(error?.code == .usage)
        #expect(error?.message == "shop/local names the environment local, but --env says production")
    }

    @Test("a stack that the ledger has never heard of is refused, and the home is named")
    func unknown() async throws {
        for arguments in [["shop/local"], ["shop/local", "--env", "local"], ["shop"]] {
            let target = try StackArgument.parse(arguments)
            await #expect(
                performing: { try await target.deployed(in: session(), try Ledger.inMemory()) },
                throws: { error in
                    let error = error as? ReportableError
                    return error?.code == .usage && error?.message.contains("/home/of/slipway") == true
                }
            )
        }
        let known = KnownStacks(all: ["a/local", "b/local", "b/remote"].compactMap { StackID($0) }, home: "/h")
        #expect(try known.stack("a", chosen: nil, declared: []) == StackID("a", "local"))
        #expect(throws: ReportableError.self) { try known.stack("b", chosen: nil, declared: []) }
        let typo = #expect(throws: ReportableError.self) { try known.checked(StackID("a", "lcoal"), isDeclared: false) }
        #expect(typo?.code == .usage && typo?.hint?.hasPrefix("Did you mean a/local?") == true)
        let fresh = #expect(throws: ReportableError.self) { try known.checked(StackID("c", "local"), isDeclared: true) }
        #expect(fresh?.code == .notFound)
        let stray = #expect(throws: ReportableError.self) {
            try known.stack("a", chosen: "remtoe", declared: ["local", "remote"])
        }
        #expect(stray?.code == .usage && stray?.hint == "Did you mean remote?")
        #expect(try known.stack("b", chosen: "remote", declared: ["local"]) == StackID("b", "remote"))
    }

    @Test("a service comes before a replica that is called the same")
    func services() {
        let services: [ServiceName] = ["api", "api-2"]
        #expect(KnownServices.choice("api-2", among: services)?.replica == nil)
        #expect(KnownServices.choice("api-2", among: services)?.service == "api-2")
        #expect(KnownServices.choice("api-3", among: services)?.replica == ReplicaID("api", 3))
        #expect(KnownServices.choice("redis", among: services) == nil)
        #expect(KnownServices.choice("redis-1", among: services) == nil)
    }

    @Test(
        "the name of a stack is found whatever the rest of the file is like",
        arguments: [
            "stack: shop", "\"stack\": shop", "'stack' : 'shop'", "a: [\nstack:  \"shop\" # comment", "stack: shop\r",
        ]
    )
    func names(text: String) {
        #expect(SpecFile.stackName(in: SpecText(file: "stack.yaml", bytes: Array(text.utf8))) == "shop")
        #expect(
            SpecFile.stackName(in: SpecText(file: "stack.yaml", bytes: Array(" stack: shop\nstacks: shop".utf8))) == nil
        )
    }

    @Test("every environment is judged, and what is wrong in all of them is said once")
    func verdict() throws {
        let text = """
            apiVersion: slipway/v1
            stack: shop
            services:
              api: {command: [true], port: 8000, replicass: 2}
            environments:
              local: {engine: process, services: {api: {replicas: many}}}
              other: {engine: process, services: {api: {port: none}}}
            """
        let source = SpecSource(
            file: SpecFile(argument: "nowhere/stack.yaml"),
            text: SpecText(file: "stack.yaml", bytes: Array(text.utf8)),
            variables: [:]
        )
        let options = try SpecOptions.parse([])
        let environments: [EnvironmentName] = ["local", "other"]
        let verdict = SpecVerdict(environments.map { source.judge($0, options) })
        #expect(!verdict.valid && verdict.stacks.isEmpty)
        let lines = verdict.diagnostics.filter { $0.severity == .error }.map(\.location.line)
        #expect(lines == [4, 6, 7], "\(verdict.diagnostics.map(\.message))")
    }

    @Test("that nobody is told of alerts is said wherever a spec is judged")
    func silence() throws {
        let text = "apiVersion: slipway/v1\nstack: shop\nservices: {prometheus: {kind: prometheus}}\n"
        let source = SpecSource(
            file: SpecFile(argument: "nowhere/stack.yaml"),
            text: SpecText(file: "stack.yaml", bytes: Array(text.utf8)),
            variables: [:]
        )
        let loaded = source.judge(nil, try SpecOptions.parse([]))
        #expect(loaded.stack != nil)
        #expect(loaded.diagnostics.map(\.message) == ["nobody is told of alerts: the stack has no contacts"])
    }

    private static func source(_ text: String) -> SpecSource {
        SpecSource(
            file: SpecFile(argument: "nowhere/stack.yaml"),
            text: SpecText(file: "stack.yaml", bytes: Array(text.utf8)),
            variables: [:]
        )
    }

    @Test("that nobody would miss a worker is said where nothing has figures of it", arguments: EngineKind.allCases)
    func silentWorkers(_ engine: EngineKind) throws {
        let text = """
            apiVersion: slipway/v1
            stack: shop
            services:
              worker: {command: [run], image: "worker:1"}
              website: {command: [run], image: "website:1", port: 80}
              prometheus: {kind: prometheus}
              edge: {kind: edge, listen: 8080, routes: [{path: /, service: website}]}
            contacts: {us: {webhook: {url: "https://example.com/alerts"}}}
            stores: {local: {directory: /srv/backups}}
            environments: {here: {engine: \(engine.rawValue)}}

            """
        let options = try SpecOptions.parse([])
        let said = Self.source(text).judge(nil, options).diagnostics.filter { $0.message.contains("shows no figures") }
        #expect(said.map(\.location.line) == (engine == .kubernetes ? [4, 5] : [4]), "\(said)")
        let seen =
            engine == .kubernetes
            ? text.replacing("kubernetes}", with: "kubernetes, kubernetes: {prometheusOperator: true}}")
            : text + "backups: [{name: all, of: config, schedule: \"0 1 * * *\", keep: {last: 1}, to: [local]}]\n"
        let told = Self.source(seen).judge(nil, options).diagnostics.filter { $0.message.contains("shows no figures") }
        #expect(told.isEmpty == (engine != .docker), "\(told)")
    }

    @Test("strictly, everything that refuses a spec is said at once, and what nobody can mend refuses none")
    func strictness() throws {
        let text = """
            apiVersion: slipway/v1
            stack: shop
            services:
              api: {image: "api:1", port: 80, dependsOn: [redis], env: {API_KEY: hunter2-hunter2}, stop: {signal: INT}}
              redis: {kind: redis}
            secrets:
              app: {kind: redis-user, service: redis, rotate: 30d}
            stores: {far: {sftp: {host: backup.example.com, path: /srv, user: shop}}}
            environments: {cluster: {engine: kubernetes}}
            """
        let loaded = Self.source(text).judge(nil, try SpecOptions.parse(["--strict"]))
        let judged = loaded.refusingOmissions().refusingDormantKeys()
        #expect(judged.stack == nil)
        let errors = judged.diagnostics.filter { $0.severity == .error }
        #expect(Set(errors.map(\.location.line)) == [4, 7], "\(judged.diagnostics.map(\.line))")
        #expect(errors.contains { $0.message.contains("API_KEY") } && errors.contains { $0.message.contains("signal") })
        let notes = judged.diagnostics.filter { $0.severity == .note }
        #expect(notes.map(\.message).contains { $0.hasPrefix("services.api.dependsOn: ") })
        #expect(notes.allSatisfy { $0.suggestion == nil } && errors.allSatisfy { $0.suggestion != nil })
    }

    @Test(
        "the reference stack asks a cluster for nothing that it does not get, but for rotations, proofs, stores and configuration"
    )
    func reference() throws {
        let root = "\(#filePath.dropLast("Tests/CommandLineToolTests/TargetTests.swift".count))"
        let path = "\(root)stacks/shop/stack.yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let loaded = Self.source(text).judge("production", try SpecOptions.parse(["--strict"])).refusingOmissions()
        let errors = loaded.diagnostics.filter { $0.severity == .error }
        let keys = errors.map { $0.message.prefix { $0 != ":" } }
        #expect(
            Set(keys) == [
                "secrets.redis-app.rotate", "secrets.postgres-app.rotate", "secrets.jwt.rotate", "secrets.jwt.overlap",
                "backups", "backups.postgres-nightly.to", "backups.postgres-nightly.prove", "backups.config-daily.to",
                "backups.config-daily.of",
            ],
            "\(keys)"
        )
        #expect(errors.allSatisfy { $0.suggestion != nil })
    }

    @Test("a file without end is read no further than its limit")
    func limits() throws {
        #expect(throws: SmallFile.Failure.self) { try SmallFile.read("/dev/zero", atMost: ByteCount(bytes: 1 << 20)) }
        #expect(try SmallFile.beginning(of: "/dev/zero", atMost: 10).count == 10)
        #expect(throws: ReportableError.self) { try SavedPlan.read("/dev/zero") }
    }
}
