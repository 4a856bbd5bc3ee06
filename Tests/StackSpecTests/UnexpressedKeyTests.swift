import Basics
import StackModel
import Testing

@testable import StackSpec

@Suite("Keys that an engine does not act on")
struct UnexpressedKeyTests {
    private let text = spec(
        """
        api:
          image: example/api:1
          command: [run]
          port: 80
          health: {liveness: /healthz, readiness: /readyz}
          autoscale: {min: 2, max: 4, cpu: 50%}
        worker: {command: [run], image: example/worker:1, source: ./worker, rollout: {drain: 5m}}
        redis: {kind: redis, version: "7.0", storage: 1GiB}
        postgres: {kind: postgres, storage: 1GiB}
        prometheus: {kind: prometheus, storage: 1GiB}
        grafana: {kind: grafana, storage: 1GiB}
        edge:
          kind: edge
          listen: 8080
          routes: [{path: /, service: api}]
          tls: {certificate: site, redirectFrom: 8081, hsts: 1h}
          rateLimit: {requests: 5, per: 1s}
          circuitBreaker: {errors: 3}
          maintenance: Back soon
          closed: false
        """,
        """
        environments: {here: {engine: process}, there: {engine: kubernetes}}
        secrets: {site: {kind: given, files: [chain.pem, key.pem]}}

        """
    )

    private let expected = [
        "image of api", "liveness of api", "autoscale of api", "drain of worker", "storage of redis",
        "storage of postgres", "storage of grafana",
    ]

    private func load(_ environment: EnvironmentName, strict: Bool = false) -> LoadedSpec {
        let text = SpecText(file: "stack.yaml", bytes: Array(text.utf8))
        return SpecLoader.load(text, environment: environment, variables: [:], isStrict: strict)
    }

    @Test("Each is named once, where it stands, and nothing that was not written")
    func warnings() {
        let loaded = load("here")
        #expect(loaded.stack != nil)
        #expect(loaded.diagnostics.allSatisfy { $0.severity == .warning })
        #expect(loaded.diagnostics.map { $0.message.split(separator: " means nothing")[0] } == expected.map { $0[...] })
        #expect(loaded.diagnostics.map(\.location.line) == [5, 8, 9, 10, 11, 12, 14])
        #expect(loaded.diagnostics.allSatisfy { $0.suggestion != nil })
    }

    @Test("On the process engine a volume has no limit, and no place but the one that the program is told")
    func volumes() {
        let text = spec(
            """
            api:
              command: [run, "${volume:told}"]
              volumes: [{name: told, path: /srv/told}, {name: untold, path: /srv/untold, storage: 2GiB}]
            """
        )
        let loaded = StackSpecTests.load(text)
        #expect(
            loaded.messages == [
                "warning: path of volume untold of api means nothing to the process engine: nobody is told of its "
                    + "directory there",
                "warning: storage of volume untold of api means nothing to the process engine: nothing limits what its "
                    + "data takes",
            ]
        )
    }

    @Test("Strictly they are errors")
    func strict() {
        let loaded = load("here", strict: true)
        #expect(loaded.stack == nil)
        #expect(loaded.diagnostics.count == expected.count)
        #expect(loaded.diagnostics.allSatisfy { $0.severity == .error })
    }

    @Test("Another engine acts on them")
    func otherEngine() {
        #expect(load("there", strict: true).diagnostics.filter { !$0.message.contains("needs an image") } == [])
    }

    @Test("What no part acts on yet is known by name")
    func dormant() throws {
        #expect(DormantKeys.names(in: try #require(load("here").stack)) == [])
        let full = try #require(StackSpecTests.load(designSpec, environment: "local").stack)
        #expect(DormantKeys.names(in: full) == ["rotate"])
    }

    @Test("What no part acts on yet is an error strictly, each where it is written")
    func dormantStrictly() throws {
        let text = spec(
            "redis: {kind: redis}",
            """
            secrets: {jwt: {kind: jwt-hs256, rotate: 30d}}
            stores: {local: {sftp: {host: vault, user: shop, path: /backups}}}
            backups: [{name: redis, of: redis, schedule: "0 * * * *", keep: {last: 1}, to: [local]}]
            slo: {availability: 99.9%}
            environments: {here: {engine: process}, there: {engine: kubernetes}}

            """
        )
        func refused(_ environment: EnvironmentName) -> [String] {
            let spec = SpecText(file: "stack.yaml", bytes: Array(text.utf8))
            let loaded = SpecLoader.load(spec, environment: environment, variables: [:], isStrict: true)
            #expect(loaded.stack != nil, "\(loaded.messages)")
            let strict = loaded.refusingDormantKeys()
            #expect(strict.stack == nil && strict.diagnostics.allSatisfy { $0.severity == .error })
            return strict.diagnostics.map { "\($0.location.line) \($0.message.prefix { $0 != ":" })" }
        }
        #expect(refused("here") == ["5 secrets.jwt.rotate", "8 slo"])
        #expect(refused("there") == ["5 secrets.jwt.rotate", "8 slo"])
        #expect(load("here").refusingDormantKeys().stack != nil)
    }
}
