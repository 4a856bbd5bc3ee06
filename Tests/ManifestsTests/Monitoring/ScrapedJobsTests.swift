import Foundation
import StackModel
import Testing

@testable import Manifests

/// Rules and scrapes know each other by the name of the job alone.
@Suite("Jobs")
struct ScrapedJobsTests {
    private static let clusters = KubernetesStacks.all.filter { $0.value.engine == .kubernetes }.keys.sorted()
    private static let machines = [MonitoredStack.stack(), MonitoredStack.stack(contacts: [])]

    @Test("each that a rule names is scraped, and each that is scraped is judged, where containers run")
    func inContainers() throws {
        let stacks = Self.machines + Self.clusters.compactMap { KubernetesStacks.all[$0] }
        for (target, stack) in stacks.flatMap({ [(ManifestTarget.compose, $0), (.kubernetes, $0)] }) {
            let files = try StackManifests.files(of: stack, for: target)
            guard let scrapes = files.first(where: { $0.path == "prometheus/prometheus.yml" }) else { continue }
            let rules = files.filter { $0.path.hasPrefix("prometheus/rules/") }.map(\.content).joined()
            expectAgreement(named(in: rules), found(/job_name: "?([a-z0-9_-]+)/, in: scrapes.content), "\(target)")
        }
    }

    @Test("and by an operator's Prometheus", arguments: clusters)
    func byTheOperator(_ name: String) throws {
        let files = try StackManifests.files(of: try #require(KubernetesStacks.all[name]), for: .kubernetes)
        let monitors = files.filter { $0.path.hasSuffix("/service-monitor.yaml") }.map(\.content).joined()
        let rules = files.first { $0.path == "prometheus-rules.yaml" }?.content ?? ""
        let scraped = found(/app.kubernetes.io\/component: "?([a-z0-9-]+)/, in: monitors)
        expectAgreement(named(in: rules), scraped, name)
        #expect(rules.isEmpty == scraped.isEmpty)
        if name.hasPrefix("operator") { #expect(scraped.count >= 4) }
    }

    @Test("and on the process engine")
    func asProcesses() throws {
        let templates = try ProcessManifests.templates(ShopStack.inputs())
        let files = try #require(templates["prometheus"]).files.map { ($0.path, $0.content.source) }
        let scrapes = files.filter { $0.0 == "prometheus.yml" }.map(\.1).joined()
        let rules = files.filter { $0.0.hasPrefix("rules/") }.map(\.1).joined()
        expectAgreement(named(in: rules), found(/job_name: "?([a-z0-9_-]+)/, in: scrapes), "process")
    }

    private func expectAgreement(_ named: Set<String>, _ scraped: Set<String>, _ place: String) {
        #expect(named.subtracting(scraped) == [], "named by a rule and not scraped: \(place)")
        #expect(scraped.subtracting(named) == [], "scraped and named by no rule: \(place)")
    }

    /// `job="api"`, `job=~"api|front"`, with the quotes of YAML.
    private func named(in rules: String) -> Set<String> {
        Set(found(/\bjob=~?\\?"([^"\\]+)/, in: rules).flatMap { $0.split(separator: "|").map(String.init) })
    }

    private func found(_ pattern: Regex<(Substring, Substring)>, in text: String) -> Set<String> {
        Set(text.matches(of: pattern).map { String($0.1) })
    }
}
