import Foundation
import StackModel
import Testing

@testable import Manifests

@Suite("What is told of alerts")
struct AlertTextTests {
    private static func rendered(_ template: String, _ summaries: [String]) throws -> String {
        let folder = "\(NSTemporaryDirectory())/text-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let common = summaries.count == 1 ? ["summary": summaries[0]] : [:]
        let alerts = summaries.map { summary -> [String: Any] in
            [
                "status": "firing", "labels": [:] as [String: String],
                "annotations": ["summary": summary, "runbook": "X in page"],
            ]
        }
        let data: [String: Any] = [
            "receiver": "critical", "status": "firing", "alerts": alerts, "groupLabels": [:] as [String: String],
            "commonLabels": ["alertname": "SLOBurn", "service": "api"], "commonAnnotations": common, "externalURL": "",
        ]
        try JSONSerialization.data(withJSONObject: data).write(to: URL(filePath: "\(folder)/data.json"))
        try "".write(toFile: "\(folder)/none.tmpl", atomically: true, encoding: .utf8)
        let done = try run([
            "amtool", "template", "render", "--template.glob=\(folder)/*.tmpl", "--template.data=\(folder)/data.json",
            "--template.text=\(template)",
        ])
        #expect(done.status == 0, "\(done.output)")
        return done.output.trimmingCharacters(in: .newlines)
    }

    @Test("a title says where and what, of one alert and of several")
    func titles() throws {
        let title = AlertText(stack: StackID("shop", "production")).title
        #expect(try Self.rendered(title, ["2% fail"]) == "FIRING shop/production SLOBurn of api: 2% fail")
        #expect(
            try Self.rendered(title, ["2% fail", "7% fail"])
                == "FIRING shop/production SLOBurn of api: 2% fail, and 2 such in all"
        )
        #expect(try Self.rendered(AlertText.body, ["2% fail"]).contains("What to do: X in page"))
    }

    @Test("everybody gets that title, of groups in which no two alerts or services are one")
    func isTold() throws {
        let files = try Monitoring.files(of: MonitoredStack.stack().withCompanions(), reachedBy: .compose)
        let text = try #require(files.first { $0.path == "alertmanager/alertmanager.yml" }).content
        #expect(text.contains("  group_by:\n  - alertname\n  - service\n"))
        for key in ["Subject", "title", "description"] {
            #expect(text.contains(" \(key): \"{{ .Status | toUpper }} shop/local "), "\(key): \(text)")
        }
    }

    @Test("a file is named with where it is, and no address is made of it")
    func runbook() throws {
        for (reach, folder) in [(Monitoring.Reach.compose, "compose.yaml"), (.kubernetes, "kustomization.yaml")] {
            let files = try Monitoring.files(of: MonitoredStack.stack().withCompanions(), reachedBy: reach)
            let rules = try #require(files.first { $0.path == "prometheus/rules/redis.yml" }).content
            #expect(rules.contains("runbook: \"RedisDown in runbook.md, beside \(folder) of shop/local\""), "\(rules)")
            #expect(!rules.contains("runbook_url"))
        }
    }
}
