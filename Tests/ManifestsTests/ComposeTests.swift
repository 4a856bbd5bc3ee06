import Basics
import Foundation
import StackModel
import Testing

@testable import Manifests

@Suite("Compose files")
struct ComposeTests {
    @Test("every service is shut in, has a limit, an end for its log, and a health check where anything can ask")
    func isHardened() throws {
        let stack = ComposeStack.stack().withCompanions()
        let parts = try ComposeManifests.parts(of: stack)
        #expect(parts.count == stack.services.count)
        for part in parts {
            let object = part.object
            let name = part.service.name
            #expect(object["read_only"] == true && object["cap_drop"] == ["ALL"], "\(name)")
            #expect(object["security_opt"] == ["no-new-privileges:true"], "\(name)")
            #expect(object["deploy"]?["resources"]?["limits"]?["memory"] != nil, "\(name)")
            #expect(object["logging"]?["options"]?["max-size"] != nil, "\(name)")
            #expect(object["restart"] == "unless-stopped", "\(name)")
            #expect((object["healthcheck"] != nil) == !["worker", "redis-exporter"].contains(name), "\(name)")
            let isOurs = if case .app = part.service.kind { true } else { false }
            #expect((object["user"] == nil) == isOurs, "\(name)")
        }
    }

    @Test("another content of a file that a container mounts is another container, and of no other service")
    func isMadeAnew() throws {
        func labels(_ edge: Edge) throws -> [String] {
            let text = try ComposeStack.files(ComposeStack.stack(edge: edge))["compose.yaml"] ?? ""
            return text.split(separator: "\n").filter { $0.contains("org.slipway.configuration") }.map(String.init)
        }
        var edge = ComposeStack.edge
        let before = try labels(edge)
        edge.maintenance = "We are moving house."
        let after = try labels(edge)
        #expect(before.count == after.count && before.count > 3)
        #expect(zip(before, after).count { $0 != $1 } == 1)
    }

    @Test("only the edge is reached from outside, figures from the machine, and data services have no way out")
    func isPrivate() throws {
        let local: [ServiceName: String] = ["grafana": "127.0.0.1::3000", "prometheus": "127.0.0.1::9090"]
        for part in try ComposeManifests.parts(of: ComposeStack.stack().withCompanions()) {
            let name = part.service.name
            #expect(part.ports == (name == "edge" ? ["8080:8080"] : local[name].map { [$0] } ?? []), "\(name)")
            if ["redis", "postgres"].contains(name) { #expect(part.networks == [.backend], "\(name)") }
        }
        let readme = try ComposeStack.files()["README.md"] ?? ""
        #expect(readme.contains("docker compose port grafana 3000\n") && readme.contains("`secrets/grafana-admin`"))
        #expect(readme.contains("`**/secrets`"))
        // What the images read at their first start alone.
        let script = "/docker-entrypoint-initdb.d/accounts.sql"
        #expect(readme.contains("    docker compose exec postgres psql -U postgres -f \(script)\n"))
        #expect(readme.contains("at its first start only"))
        let alone = ComposeStack.stack(edge: Edge(listen: 8080, routes: []))
        let api = try #require(try ComposeManifests.parts(of: alone).first { $0.service.name == "api" })
        #expect(api.ports.isEmpty)
    }

    @Test("Compose 1.29 and a YAML reader find in it what the spec says, whatever the text")
    func carriesTexts() throws {
        let folder = "/tmp/compose-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try ComposeStack.write(ComposeStack.stack(), to: folder)
        let certificate = "-----BEGIN X-----\nabc=\n-----END X-----\n"
        #expect(try run(["\(folder)/secrets.sh"], environment: ["CERTIFICATE": certificate]).status == 0)
        let read = try run([
            "sh", "-c", "cd \(folder) && docker-compose config | python3 -c \"$1\"", "sh",
            "import json,sys,yaml; print(json.dumps(yaml.safe_load(sys.stdin)['services']['api']['environment']))",
        ])
        let last = read.output.split(separator: "\n").last ?? ""
        let found = try #require(
            try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: String],
            "\(read.output)"
        )
        // `config` doubles dollars again, so that it can be read again.
        for (name, text) in ComposeStack.hostile { #expect(found[name]?.replacing("$$", with: "$") == text, "\(name)") }
        let password = try String(contentsOfFile: "\(folder)/secrets/redis-app", encoding: .utf8)
        #expect(found["REDIS_URL"] == "redis://redis_app:\(password)@redis:6379/0")
    }

    @Test("without secrets.sh Compose says what to do")
    func asksForSecrets() throws {
        let folder = "/tmp/compose-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try ComposeStack.write(ComposeStack.stack(), to: folder)
        let refused = try run(["sh", "-c", "cd \(folder) && docker-compose config -q"])
        #expect(refused.status != 0 && refused.output.contains("run ./secrets.sh first"), "\(refused.output)")
    }

    @Test("what the spec's author took from the environment is in no file")
    func keepsHandedOnValues() throws {
        let stack = ComposeStack.stack {
            $0.env["STRIPE_KEY"] = "canary-value"
            $0.handedOn = ["STRIPE_KEY"]
        }
        let files = try ComposeStack.files(stack)
        #expect(files.values.allSatisfy { !$0.contains("canary") })
        #expect(
            files["compose.yaml"]?.contains("STRIPE_KEY: \"${VALUE_API_STRIPE_KEY:?run ./secrets.sh first}\"") == true
        )
        #expect(files["secrets.sh"]?.contains("given api.STRIPE_KEY STRIPE_KEY \"${STRIPE_KEY-}\"") == true)
    }

    @Test("a folder in memory belongs to the user that writes into it, also after a restart")
    func ownsScratch() throws {
        let parts = try ComposeManifests.parts(of: ComposeStack.stack().withCompanions())
        let scratch = Dictionary(uniqueKeysWithValues: parts.map { ($0.service.name, $0.object["tmpfs"]) })
        #expect(scratch["edge"] == ["/tmp", "/run/haproxy:uid=99,gid=99,mode=0755"])
        #expect(scratch["postgres"] == ["/tmp", "/var/run/postgresql:uid=999,gid=999,mode=0755"])
    }

    @Test("what Compose cannot do is said by key")
    func saysOmissions() throws {
        let stack = ComposeStack.stack {
            $0.autoscale = Autoscale(minimum: 1, maximum: 3)
            $0.user = "shop"
            $0.migrates = true
        }
        let paths = StackManifests.omissions(of: stack, for: .compose).map { $0.path.joined(separator: ".") }
        #expect(
            ["services.api.autoscale", "services.api.user", "services.api.rollout", "services.api.migrates"]
                .allSatisfy(paths.contains),
            "\(paths)"
        )
        #expect(!paths.contains("services.prometheus.storage"))
    }

    @Test("a secret in a command is refused")
    func refusesSecretInCommand() throws {
        let stack = ComposeStack.stack { $0.command = ["run", "\(.secret("jwt", .value))"] }
        let error = #expect(throws: ReportableError.self) { try ComposeStack.files(stack) }
        #expect(error?.code == .invalidSpec)
    }

    @Test("a dozen renders of hostile texts are the same bytes")
    func isDeterministic() throws {
        let first = try StackManifests.files(of: ComposeStack.stack(), for: .compose)
        for _ in 0..<12 { #expect(try StackManifests.files(of: ComposeStack.stack(), for: .compose) == first) }
    }

    @Test("sizes, cores and lengths of time are written as every Compose reads them")
    func writesUnits() {
        let resources = ContainerResources.app.declaring(
            Resources(cpu: MilliCores(thousandths: 1050), memory: ByteCount("1536MiB"))
        )
        #expect(resources.compose["limits"] == ["cpus": "1.05", "memory": "1536m"])
        #expect(ComposeAmount.size(ByteCount(bytes: 1000)) == "1000b")
        #expect(ComposeDuration.text(TimeSpan(milliseconds: 86_400_000)) == "86400s")
        #expect(ComposeDuration.text(TimeSpan(milliseconds: 1500)) == "1500ms")
    }
}
