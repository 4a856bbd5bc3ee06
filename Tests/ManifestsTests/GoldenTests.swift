import Basics
import Foundation
import Manifests
import StackModel
import Testing

@Suite("Golden templates")
struct GoldenTests {
    @Test(
        "the templates of the shop are what they were",
        arguments: [
            "api", "worker", "redis", "redis-exporter", "postgres", "postgres-exporter", "prometheus", "grafana",
            "edge",
        ] as [ServiceName]
    )
    func isUnchanged(_ service: ServiceName) throws {
        let template = try #require(try ProcessManifests.templates(ShopStack.inputs())[service])
        try Self.expect(template, service.text)
    }

    @Test("the edge with everything that can be asked of it is what it was")
    func protectedEdge() throws {
        let template = try EdgeForms.template(try #require(EdgeForms.all.last))
        try Self.expect(template, "edge-protected")
    }

    private static func expect(_ template: ReplicaTemplate, _ name: String) throws {
        let path = "\(#filePath.dropLast("GoldenTests.swift".count))Golden/\(name).txt"
        let text = text(of: template)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text == golden, "UPDATE_GOLDEN=1 rewrites \(path)")
    }

    /// Everything of a template, as a person reads it.
    private static func text(of template: ReplicaTemplate) -> String {
        var lines = [
            "service \(template.service), kind \(template.kind)",
            "command: " + template.command.map(\.source).joined(separator: " "),
        ]
        lines += template.environment.sorted { $0.key < $1.key }.map { "environment: \($0.key)=\($0.value.source)" }
        lines += [
            "source: \(template.source?.short ?? "none")",
            "secrets: "
                + template.secrets.sorted { $0.key < $1.key }.map { "\($0.key)@\($0.value)" }
                .joined(separator: " "),
            "user: \(template.user)",
            "port: \(template.port)" + (template.plainPort.map { ", plain \($0)" } ?? ""),
            "volume: \(template.volume.map { "\($0.preparation)" } ?? "none")",
            "probe: \(template.probe) every \(template.probeTiming.interval), \(template.probeTiming.timeout) each",
            "stop: \(template.stop.signal.rawValue), \(template.stop.grace)",
            "reload: \(template.reload.map { "\($0)" } ?? "none")",
        ]
        if let accounts = template.accounts {
            lines.append("accounts: \(accounts.database), owner \(accounts.owner), logins \(accounts.logins)")
        }
        for file in template.files {
            lines += ["", "=== \(file.path)\(file.reloadable ? " (reloadable)" : "")", file.content.source]
        }
        return lines.joined(separator: "\n")
    }
}
