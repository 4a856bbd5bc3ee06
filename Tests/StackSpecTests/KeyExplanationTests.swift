import Basics
import StackModel
import Testing

@testable import StackSpec

@Suite("What is said of a key")
struct KeyExplanationTests {
    private let spec = SpecText(
        file: "stack.yaml",
        bytes: Array(
            """
            apiVersion: slipway/v1
            stack: shop
            services:
              api: {command: [run], port: 8000, replicas: 2, health: {interval: 5s}}
              cache: {kind: redis}
            environments:
              local: {services: {api: {replicas: 1}}}
              production: {engine: kubernetes}
            """.utf8
        )
    )

    private func explain(_ key: String, in environment: EnvironmentName = "local") throws -> KeyExplanation {
        try KeyExplanation.of(key, in: spec, environment: environment)
    }

    @Test("a value comes from the environment, else from the spec, else it is the default")
    func origin() throws {
        let local = try #require(try explain("services.api.replicas").value)
        #expect(local.origin == .environment("local") && local.text == "1" && local.location?.line == 7)
        let production = try #require(try explain("services.api.replicas", in: "production").value)
        #expect(production.origin == .spec && production.text == "2" && production.location?.line == 4)
        let timeout = try explain("services.api.health.timeout")
        #expect(timeout.value?.origin == .fallback && timeout.fallback == "1s, and 5s for a command")
    }

    @Test("a key is that of the service's kind")
    func kind() throws {
        #expect(try explain("services.cache.persistence").fallback == "[aof, rdb]")
        let wrong = #expect(throws: ReportableError.self) { try explain("services.cache.command") }
        #expect(wrong?.code == .usage)
    }

    @Test("without a spec every section of the reference is known, and a mistyped key gets a suggestion")
    func sections() throws {
        let key = try KeyExplanation.of("rollout.maxSurge", in: nil, environment: nil)
        #expect(key.value == nil && key.takes != nil)
        #expect(try KeyExplanation.of("edge", in: nil, environment: nil).keys["edge"]?.contains("routes") == true)
        let mistyped = #expect(throws: ReportableError.self) {
            try KeyExplanation.of("rollout.maxsurge", in: nil, environment: nil)
        }
        #expect(mistyped?.hint == "Did you mean maxSurge?")
    }

    @Test("what an environment says is the environment's, and an item of a list is known by its number")
    func paths() throws {
        let own = try #require(try explain("environments.production.engine").value)
        #expect(own.origin == .environment("production") && own.text == "kubernetes")
        #expect(try explain("backups.0").keys["backup"]?.contains("schedule") == true)
    }

    @Test("every key of the reference can be asked for, from its section and in a spec")
    func all() throws {
        for table in KeyTables.all {
            for rule in table.rules {
                let found = try KeyExplanation.of("\(table.title).\(rule.name)", in: nil, environment: nil)
                #expect(found.meaning == rule.meaning, "\(table.title).\(rule.name)")
            }
        }
    }
}
