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
              api: {command: [run], port: 8000, replicas: 2, health: {interval: 5s}, env: {REGION: eu}}
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
        #expect(
            local.origin == .environment && local.environment == "local" && local.text == "1"
                && local.location?.line == 7
        )
        let production = try #require(try explain("services.api.replicas", in: "production").value)
        #expect(production.origin == .spec && production.text == "2" && production.location?.line == 4)
        let timeout = try explain("services.api.health.timeout")
        #expect(timeout.value?.origin == .fallback && timeout.fallback == "1s, and 5s for a command")
    }

    @Test("what holds for a resource that nobody wrote is told for processes and for containers")
    func resources() throws {
        let memory = "none for a process; for a container 512MiB (1GiB for postgres, 2GiB for prometheus)"
        #expect(try explain("services.api.resources.memory").fallback == memory)
        let cpu = "none for a process; for a container 1 (2 for postgres, 2 for prometheus)"
        #expect(try explain("services.api.resources.cpu").fallback == cpu)
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
        #expect(own.origin == .environment && own.environment == "production" && own.text == "kubernetes")
        #expect(try explain("backups.0").keys["backup"]?.contains("schedule") == true)
    }

    @Test("a service that there is not is refused, and the one that was probably meant is named")
    func noSuchService() throws {
        for (key, hint) in [
            ("services.apii.replicas", "Did you mean api?"), ("services.web", "It has api, cache."),
            ("secrets.jwt", "It declares none."), ("environments.locla.engine", "Did you mean local?"),
        ] {
            let wrong = #expect(throws: ReportableError.self) { try explain(key) }
            #expect(wrong?.code == .usage && wrong?.hint == hint, "\(key): \(wrong?.hint ?? "")")
        }
        #expect(try KeyExplanation.of("services.any.replicas", in: nil, environment: nil).takes != nil)
    }

    @Test("a variable of env and an argument are explained with their values")
    func items() throws {
        let variable = try explain("services.api.env.REGION")
        #expect(variable.value?.text == "eu" && variable.takes == "a text, a number, true or false")
        #expect(try explain("services.api.env.OTHER").value?.origin == .fallback)
        #expect(try explain("services.api.command.0").value?.text == "run")
    }

    @Test("a key without its section is told where it belongs, not that it may be itself")
    func lacksSection() throws {
        func hint(_ key: String) -> String? {
            #expect(throws: ReportableError.self) { try explain(key) }?.hint
        }
        #expect(hint("maxSurge") == "Did you mean rollout.maxSurge?")
        #expect(hint("replicas")?.hasPrefix("Name its section too: app.replicas, ") == true)
    }

    @Test("without a chosen environment the rest is explained, and what each environment says")
    func severalEnvironments() throws {
        let replicas = try KeyExplanation.of("services.api.replicas", in: spec, environment: nil)
        #expect(replicas.environments == ["local", "production"])
        #expect(replicas.value?.text == "2" && replicas.value?.origin == .spec)
        #expect(replicas.elsewhere.map(\.text) == ["1"] && replicas.elsewhere.map(\.environment) == ["local"])
        #expect(try KeyExplanation.of("services.api.port", in: spec, environment: nil).elsewhere.isEmpty)
        let unknown = #expect(throws: ReportableError.self) { try explain("stack", in: "produktion") }
        #expect(unknown?.message == "stack.yaml has no environment produktion")
        #expect(unknown?.hint == "Did you mean production?")
    }

    @Test("JSON says where a value comes from in plain words, and nothing is Markdown")
    func forms() throws {
        let text = CanonicalJSON.text(try explain("services.api.replicas"))
        #expect(text.contains(#""environment":"local""#) && text.contains(#""origin":"environment""#))
        #expect(CanonicalJSON.text(try explain("services.api.health.timeout")).contains(#""origin":"default""#))
        #expect(try explain("services.api.rollout").takes == "rollout")
        #expect(try explain("services.api.rollout.strategy").takes?.hasPrefix("rolling, ") == true)
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
