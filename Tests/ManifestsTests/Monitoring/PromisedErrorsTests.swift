import Basics
import Foundation
import StackModel
import Testing

@testable import Manifests

@Suite("What wakes somebody where only errors are promised")
struct PromisedErrorsTests {
    private static let stack: Stack = {
        var stack = MonitoredStack.stack()
        stack.objectives = ServiceLevelObjectives(errors: Percent("5%"))
        return stack
    }()

    @Test(
        "is more of them than that, where clients are answered",
        arguments: [
            (Monitoring.Reach.compose, "EdgeErrors", "edge"), (.kubernetes, "HighErrorRate", "api"),
        ]
    )
    func wakes(_ reach: Monitoring.Reach, _ alert: String, _ service: String) throws {
        let files = try MonitoringFiles(of: Self.stack, reachedBy: reach)
        func answers(_ code: Int) -> String {
            reach == .compose
                ? #"haproxy_backend_http_responses_total{job="edge",proxy="api",code="\#(code)xx"}"#
                : #"http_requests_total{job="api",instance="a",status="\#(code)00"}"#
        }
        let errors = AlertCase(
            name: alert,
            severity: .critical,
            service: service,
            at: 15,
            fires: [answers(2): "0+60x20", answers(5): "0+6x20"],
            silent: [answers(2): "0+60x20", answers(5): "0+2x20"]
        )
        let rules = ["requests", reach == .compose ? "edge" : "api"].map { "prometheus/rules/\($0).yml" }
        let path = "\(files.directory)/tests.yml"
        try YAMLWriter.document(AlertCase.document([errors], of: rules)).write(
            toFile: path,
            atomically: true,
            encoding: .utf8
        )
        let checked = try run(["promtool", "test", "rules", path])
        #expect(checked.status == 0, "\(checked.output)")
    }

    @Test("and no budget that nobody spoke of; of two alerts of the same errors one wakes")
    func wakesOnce() {
        let watch = Watch(Self.stack.withCompanions()) { _ in true }
        let alerts = RuleGroup.all(of: watch).flatMap(\.alerts)
        #expect(!alerts.contains { $0.name == "SLOBurn" })
        #expect(alerts.first { $0.name == "HighErrorRate" }?.severity == .warning)
        #expect(watch.promise.availability == Percent("95%"))
        var both = Self.stack
        both.objectives?.availability = Percent("99%")
        let usual = RuleGroup.all(of: Watch(both.withCompanions()) { _ in true }).flatMap(\.alerts)
        #expect(usual.contains { $0.name == "SLOBurn" && $0.severity == .critical })
        #expect(usual.first { $0.name == "EdgeErrors" }?.severity == .warning)
    }
}
