import Basics
import Foundation
import Manifests
import StackModel
import Testing

@Suite("Monitoring on the process engine")
struct ProcessMonitoringTests {
    private static func told() -> Stack {
        var stack = ShopStack.stack()
        stack.contacts = [
            Contact(name: "chat", way: .slack(channel: "#shop", webhook: "slack")),
            Contact(name: "pager", way: .pagerDuty(key: "pager"), severities: [.critical]),
        ]
        stack.secrets += ["slack", "pager"].map { SecretDeclaration(name: $0, kind: .given, from: "X") }
        return stack.withCompanions()
    }

    private static func template(_ service: ServiceName, of stack: Stack) throws -> ReplicaTemplate {
        let shop = ShopStack.inputs(stack)
        let secrets = shop.secrets.merging(["slack": 1, "pager": 1]) { own, _ in own }
        let inputs = ManifestInputs(stack: stack, addresses: shop.addresses, sources: shop.sources, secrets: secrets)
        return try #require(try ProcessManifests.templates(inputs)[service])
    }

    @Test("amtool accepts the routes, and the contacts' secrets are files beside them")
    func checksAlertmanager() throws {
        let template = try Self.template("alertmanager", of: Self.told())
        #expect(template.files.map(\.path) == ["alertmanager.yml", "pager.secret", "slack.secret"])
        #expect(template.secrets == ["slack": 1, "pager": 1])
        let replica = try RenderedReplica(template, port: 9093)
        defer { replica.remove() }
        let checked = try run(["amtool", "check-config", "\(replica.directory)/alertmanager.yml"])
        #expect(checked.status == 0, "\(checked.output)")
    }

    @Test("promtool accepts the rules beside the scrapes, and alerts go to the Alertmanager")
    func checksPrometheus() throws {
        let replica = try RenderedReplica(try Self.template("prometheus", of: Self.told()), port: 9090)
        defer { replica.remove() }
        let checked = try run(["promtool", "check", "config", "\(replica.directory)/prometheus.yml"])
        #expect(checked.status == 0, "\(checked.output)")
        #expect(checked.output.contains("rules/redis.yml"))
        #expect(try replica.file("prometheus.yml").contains("alertmanagers:"))
    }

    @Test("a service that was left out is neither asked nor missed")
    func leavesOut() throws {
        var stack = Self.told()
        for index in stack.services.indices where stack.services[index].isCompanion {
            stack.services[index].replicas = 0
        }
        let template = try Self.template("prometheus", of: stack)
        let text = template.files.map(\.content.source).joined()
        #expect(!text.contains("exporter") && !text.contains("alertmanager"))
        #expect(text.contains("APIDown"))
    }

    @Test("no password of an exporter is in a command")
    func hidesPasswords() throws {
        for service in ["redis-exporter", "postgres-exporter"] as [ServiceName] {
            let template = try Self.template(service, of: ShopStack.stack())
            #expect(template.command.flatMap(\.secrets) == [])
            #expect(!template.secrets.isEmpty)
        }
    }
}
