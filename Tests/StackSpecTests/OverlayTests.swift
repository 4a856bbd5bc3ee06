import Basics
import StackModel
import Testing

@testable import StackSpec

@Suite("Environments laid over the rest")
struct OverlayTests {
    private let base = """
        apiVersion: slipway/v1
        stack: shop
        services:
          api: {command: [run, fast], port: 80, env: {A: one, B: two}, metrics: /metrics}
          edge: {kind: edge, listen: 8080, routes: [{path: /, service: api}]}
        slo: {errors: 1%}

        """

    @Test("Maps are merged, single values and lists replaced, and null removes")
    func merge() throws {
        let loaded = load(
            base + """
                environments:
                  local:
                    slo: null
                    services:
                      api: {command: [walk], env: {B: null, C: three}, metrics: ~}
                      extra: {command: [help], port: null}

                """
        )
        #expect(loaded.diagnostics.map(\.rendered) == [])
        let stack = try #require(loaded.stack)
        #expect(loaded.app("api")?.command == [Template("walk")])
        #expect(loaded.app("api")?.env == ["A": Template("one"), "C": Template("three")])
        #expect(loaded.app("api")?.metrics == nil)
        #expect(loaded.app("api")?.port == 80)
        #expect(loaded.app("extra") != nil)
        #expect(stack.objectives == nil)
    }

    @Test("A value from an environment is found where it stands there")
    func places() {
        let loaded = load(base + "environments:\n  local: {services: {api: {port: many}}}\n")
        #expect(loaded.diagnostics.map(\.location.line) == [8])
        #expect(loaded.diagnostics.map(\.location.column) == [34])
    }

    @Test("An environment may be empty, and one alone is taken without asking")
    func empty() {
        #expect(load(base + "environments:\n  production:\n").stack?.environment == "production")
    }

    @Test("A namespace is the stack's name on Kubernetes, and a warning elsewhere")
    func namespace() {
        let image = "services: {api: {image: a}}"
        #expect(load(base + "environments: {p: {engine: kubernetes, \(image)}}").stack?.namespace == "shop")
        let other = load(base + "environments: {p: {engine: process, namespace: x}}")
        #expect(other.stack?.namespace == nil)
        #expect(other.messages == ["warning: namespace means nothing to the process engine"])
    }
}
