import StackModel
import Testing

@testable import Manifests

/// Judges the rendered rules as Alertmanager does: some alert fires, and another is told or not.
@Suite("What is not told while something worse explains it")
struct InhibitionTests {
    private static let rules = Inhibitions(stack: stack).rules

    /// Two apps behind one edge that have nothing to do with each other, and one that waits for one of them.
    private static let stack = Stack(
        name: "site",
        environment: "test",
        engine: .docker,
        services: [
            app("api", dependsOn: ["redis"]), app("blog", dependsOn: ["postgres"]), app("front", dependsOn: ["api"]),
            Service(name: "redis", kind: .redis(Redis())),
            Service(name: "postgres", kind: .postgres(Postgres(database: "blog"))),
            Service(name: "prometheus", kind: .prometheus(Prometheus())),
            Service(name: "edge", kind: .edge(Edge(listen: 80, routes: routes))),
        ]
    ).withCompanions()

    private static let routes = [
        Route(path: "/", service: "front"), Route(path: "/api", service: "api"), Route(path: "/blog", service: "blog"),
    ]

    private static func app(_ name: ServiceName, dependsOn: [ServiceName]) -> Service {
        Service(name: name, kind: .app(App(image: "app:1", port: 80, metrics: "/metrics")), dependsOn: dependsOn)
    }

    private typealias Labels = [String: String]

    private static func critical(_ alert: String, _ service: String, _ more: Labels = [:]) -> Labels {
        more.merging(["alertname": alert, "service": service, "severity": "critical"]) { own, _ in own }
    }

    private static func warning(_ alert: String, _ service: String, _ more: Labels = [:]) -> Labels {
        more.merging(["alertname": alert, "service": service, "severity": "warning"]) { own, _ in own }
    }

    private static let outages = [
        critical("APIDown", "api"), critical("APIDown", "blog"), critical("APIDown", "front"),
        critical("RedisDown", "redis"), critical("PgDown", "postgres"), critical("SLOBurn", "api", ["window": "1h"]),
        critical("SLOBurn", "blog", ["window": "1h"]), critical("EdgeDown", "edge"),
    ]

    private static let pages: [Labels] = {
        var pages = [
            critical("EdgeDown", "edge"), critical("RedisDown", "redis"),
            critical("BackupTooOld", "slipway", ["policy": "nightly"]),
        ]
        for name in ["api", "blog", "front"] {
            pages += [critical("APIDown", name), critical("CrashLooping", name)]
            pages.append(critical("SLOBurn", name, ["window": "6h"]))
            pages.append(critical("NoReplicaServes", "edge", ["proxy": name]))
        }
        return pages
    }()

    @Test("nothing that wakes somebody is kept from them, whatever else is down")
    func wakes() {
        for cause in Self.outages {
            for page in Self.pages { #expect(!isSilenced(page, by: cause), "\(page) by \(cause)") }
        }
    }

    @Test("a service that is down explains errors and slowness of those that wait for it, here and at the edge")
    func explains() {
        let cause = Self.critical("RedisDown", "redis")
        for name in ["api", "front"] {
            for alert in ["HighErrorRate", "HighLatency", "InFlightHigh"] {
                #expect(isSilenced(Self.warning(alert, name), by: cause), "\(alert) of \(name)")
            }
            for alert in ["EdgeErrors", "EdgeQueueing", "CircuitOpen"] {
                #expect(isSilenced(Self.warning(alert, "edge", ["proxy": name]), by: cause), "\(alert) of \(name)")
            }
        }
        let own = Self.warning("CircuitOpen", "edge", ["proxy": "blog"])
        #expect(isSilenced(own, by: Self.critical("APIDown", "blog")))
    }

    @Test("and nothing else of them, and nothing of anybody else")
    func leaves() {
        for cause in [Self.critical("RedisDown", "redis"), Self.critical("SLOBurn", "api", ["window": "1h"])] {
            for other in [
                Self.warning("HighErrorRate", "blog"), Self.warning("HighLatency", "blog"),
                Self.warning("EdgeErrors", "edge", ["proxy": "blog"]), Self.warning("MemoryHigh", "api"),
                Self.warning("RedisMemoryHigh", "redis"), Self.warning("EdgeConnectionsHigh", "edge"),
                Self.warning("BackupNotProven", "slipway", ["policy": "nightly"]),
            ] { #expect(!isSilenced(other, by: cause), "\(other) by \(cause)") }
        }
        #expect(!isSilenced(Self.warning("HighErrorRate", "redis"), by: Self.critical("APIDown", "api")))
    }

    @Test("a burnt budget says what errors of the same app say, and a worse alert what a milder one of its name says")
    func outweighs() {
        let burn = Self.critical("SLOBurn", "api", ["window": "1h"])
        #expect(isSilenced(Self.warning("HighErrorRate", "api"), by: burn))
        #expect(isSilenced(Self.warning("EdgeErrors", "edge", ["proxy": "api"]), by: burn))
        #expect(isSilenced(Self.warning("SLOBurn", "api", ["window": "3d"]), by: burn))
        #expect(!isSilenced(Self.warning("SLOBurn", "blog", ["window": "3d"]), by: burn))
        #expect(isSilenced(Self.warning("MemoryHigh", "api"), by: Self.critical("MemoryHigh", "api")))
        #expect(!isSilenced(Self.warning("MemoryHigh", "blog"), by: Self.critical("MemoryHigh", "api")))
    }

    /// A label that an alert does not have is an empty one.
    private func isSilenced(_ target: Labels, by source: Labels) -> Bool {
        Self.rules.contains { rule in
            matches(rule["source_matchers"], source) && matches(rule["target_matchers"], target)
                && (rule["equal"]?.elements ?? []).compactMap(\.string).allSatisfy {
                    source[$0, default: ""] == target[$0, default: ""]
                }
        }
    }

    private func matches(_ matchers: ManifestValue?, _ labels: Labels) -> Bool {
        let texts = (matchers?.elements ?? []).compactMap(\.string)
        return !texts.isEmpty
            && texts.allSatisfy { text in
                guard let parts = text.wholeMatch(of: /(\w+) (=|=~) "([^"]*)"/)?.output else { return false }
                let value = labels[String(parts.1), default: ""]
                // The names in a pattern need no escaping.
                return parts.2 == "=" ? parts.3 == value : parts.3.split(separator: "|").contains { $0 == value }
            }
    }
}
