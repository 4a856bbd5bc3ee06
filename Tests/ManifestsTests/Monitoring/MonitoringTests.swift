import Basics
import Foundation
import StackModel
import StackSpec
import Testing

@testable import Manifests

@Suite("Monitoring")
struct MonitoringTests {
    /// Of the process engine, which has all of them: those of Slipway's controller too.
    private static let groups = RuleGroup.all(of: Watch(MonitoredStack.stack(.process).withCompanions()) { _ in true })
    private static let cases =
        AlertCase.api + AlertCase.burnRate + AlertCase.redis + AlertCase.postgres + AlertCase.edge
        + AlertCase.controller + AlertCase.silentApps + AlertCase.host + AlertCase.monitoring

    @Test("promtool accepts the scrapes and all rules, and amtool the routes")
    func isAccepted() throws {
        let files = try MonitoringFiles(of: MonitoredStack.stack(), reachedBy: .compose)
        let scrapes = try run(["promtool", "check", "config", "\(files.directory)/prometheus/prometheus.yml"])
        #expect(scrapes.status == 0, "\(scrapes.output)")
        let routes = try run(["amtool", "check-config", "\(files.directory)/alertmanager/alertmanager.yml"])
        #expect(routes.status == 0, "\(routes.output)")
    }

    @Test("the Watchdog is told to whoever listens for silence, and to nobody else")
    func tellsTheWatchdog() throws {
        for (contacts, receiver) in [
            (MonitoredStack.contacts, "watchdog"),
            (MonitoredStack.contacts.filter { !$0.severities.contains(.watchdog) }, "nobody"),
        ] {
            let files = try MonitoringFiles(of: MonitoredStack.stack(contacts: contacts), reachedBy: .compose)
            let path = "\(files.directory)/alertmanager/alertmanager.yml"
            let route = ["amtool", "config", "routes", "test", "--config.file=\(path)"]
            let told = try run(route + ["alertname=Watchdog", "severity=none"])
            #expect(told.output.split(separator: "\n").contains(Substring(receiver)), "\(told.output)")
            let other = try run(route + ["alertname=RedisDown", "severity=critical"])
            #expect(other.output.contains("critical") && !other.output.contains("watchdog"))
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.contains("pulse.example.com") == (receiver == "watchdog"))
            #expect(text.components(separatedBy: "pulse.example.com").count <= 2)
        }
    }

    /// Debian's promtool is built without the discovery of Kubernetes, so it reads the rest of the file.
    @Test("promtool accepts what is written for Kubernetes but for the discovery it does not know")
    func isAcceptedOnKubernetes() throws {
        let files = try MonitoringFiles(of: MonitoredStack.stack(), reachedBy: .kubernetes)
        let path = "\(files.directory)/prometheus/prometheus.yml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let discovery = "  kubernetes_sd_configs:\n  - role: pod\n    namespaces:\n      own_namespace: true\n"
        #expect(text.contains(discovery))
        try text.replacing(discovery, with: "").write(toFile: path, atomically: true, encoding: .utf8)
        let checked = try run(["promtool", "check", "config", path])
        #expect(checked.status == 0, "\(checked.output)")
    }

    @Test("every alert fires when it must and is silent when it must")
    func fires() throws {
        let files = try MonitoringFiles(of: MonitoredStack.stack(.process), reachedBy: .compose)
        var tests: [String] = []
        for group in Self.groups where !group.alerts.isEmpty {
            let path = "\(files.directory)/\(group.name)-tests.yml"
            try YAMLWriter.document(Self.tests(of: group)).write(toFile: path, atomically: true, encoding: .utf8)
            tests.append(path)
        }
        let checked = try run(["promtool", "test", "rules"] + tests)
        #expect(checked.status == 0, "\(checked.output)")
    }

    @Test("the budget is counted at the app where no edge shows its figures")
    func firesWithoutAnEdge() throws {
        let files = try MonitoringFiles(of: MonitoredStack.stack(), reachedBy: .kubernetes)
        let rules = ["requests", "burn-rate"].map { "prometheus/rules/\($0).yml" }
        let tests = AlertCase.document(AlertCase.burnRateOfApps, of: rules, every: "5m")
        let path = "\(files.directory)/tests.yml"
        try YAMLWriter.document(tests).write(toFile: path, atomically: true, encoding: .utf8)
        let checked = try run(["promtool", "test", "rules", path])
        #expect(checked.status == 0, "\(checked.output)")
    }

    /// What the group needs and no more, and days in strides: promtool evaluates every rule at every step.
    private static func tests(of group: RuleGroup) -> ManifestValue {
        let cases = cases.filter { one in group.alerts.contains { one.isOf($0) } }
        let names = Set(["requests", group.name]).sorted()
        return AlertCase.document(
            cases,
            of: names.map { "prometheus/rules/\($0).yml" },
            every: group.name == "burn-rate" ? "5m" : "1m"
        )
    }

    @Test("no alert lacks a case in which it fires and one in which it is silent")
    func isCovered() {
        for alert in Self.groups.flatMap(\.alerts) {
            let cases = Self.cases.filter { $0.isOf(alert) }
            #expect(!cases.isEmpty, "\(alert.name) of \(alert.service) has no case")
            let isSilenced = alert.name == MonitoringRules.watchdog || cases.contains { $0.silent != nil }
            #expect(isSilenced, "\(alert.name) of \(alert.service) is never silent")
        }
    }

    @Test("each alert has its heading in the runbook")
    func hasRunbook() throws {
        let root = "\(#filePath.dropLast("Tests/ManifestsTests/Monitoring/MonitoringTests.swift".count))"
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Runbook.page.write(toFile: "\(root)\(Runbook.path)", atomically: true, encoding: .utf8)
        }
        let text = try String(contentsOfFile: "\(root)\(Runbook.path)", encoding: .utf8)
        #expect(text == Runbook.page, "\(Runbook.path) is stale: run `make golden`")
        let headings = Set(text.split(separator: "\n").filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) })
        let clusters = Monitoring.operatorRules(of: MonitoredStack.stack().withCompanions())
        let names = Set((Self.groups + clusters).flatMap(\.alerts).map(\.name))
        #expect(names.subtracting(headings) == [])
        #expect(headings.subtracting(names) == [], "headings of alerts that are no more")
    }

    @Test(
        "in a rendered set nothing says slipway, and the runbook is beside the rules",
        arguments: [Monitoring.Reach.compose, .kubernetes]
    )
    func livesAlone(_ reach: Monitoring.Reach) throws {
        let stack = MonitoredStack.stack().withCompanions()
        for file in try Monitoring.files(of: stack, reachedBy: reach) where file.path.hasPrefix("prometheus/rules/") {
            #expect(!file.content.contains("slipway "), "\(file.path)")
            let command = "command: \"" + (reach == .compose ? "docker compose " : "kubectl --namespace shop ")
            for line in file.content.split(separator: "\n").map({ $0.drop { $0 == " " } }) {
                #expect(!line.hasPrefix("command: ") || line.hasPrefix(command), "\(line)")
                #expect(!line.hasPrefix("runbook_url: "), "\(line)")
            }
        }
        let page = try #require(Monitoring.runbook(of: stack, reachedBy: reach))
        let names = page.content.split(separator: "\n").filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) }
        #expect(page.path == "runbook.md")
        #expect(Set(names) == Set(Self.groups.flatMap(\.alerts).map(\.name)).subtracting(Self.unseen(reach)))
    }

    /// No rendered set has Slipway's controller, and the edge of a cluster is its own.
    private static func unseen(_ reach: Monitoring.Reach) -> Set<String> {
        let own = ["backups", "certificates", "controller"] + (reach == .kubernetes ? ["edge"] : [])
        return Set(groups.filter { own.contains($0.name) }.flatMap(\.alerts).map(\.name))
    }

    @Test("a rendered runbook has the names of its stack, and the commands of what runs it")
    func speaksOfTheStack() throws {
        var stack = MonitoredStack.stack()
        stack.name = "bakery"
        for index in stack.services.indices where stack.services[index].name == "redis" {
            stack.services[index].name = "cache"
        }
        stack.engine = .kubernetes
        stack.kubernetes = KubernetesOptions(prometheusOperator: true)
        for (reach, command) in [
            (Monitoring.Reach.compose, "docker compose restart cache"),
            (.kubernetes, "kubectl --namespace bakery rollout restart statefulset/cache"),
        ] {
            let page = try #require(Monitoring.runbook(of: stack.withCompanions(), reachedBy: reach)).content
            #expect(page.hasPrefix("# Runbook: alerts of bakery/local\n"))
            let commands = page.replacing("--user slipway ", with: "")
            #expect(!commands.contains("shop") && !commands.contains("slipway "), "\(page)")
            #expect(page.contains("`\(command)`"), "\(page)")
        }
    }

    @Test("a runbook that the person names is pointed to, and may well be the rendered one")
    func hasOwnRunbook() throws {
        var stack = MonitoredStack.stack().withCompanions()
        for index in stack.services.indices where stack.services[index].isPrometheus {
            stack.services[index].kind = .prometheus(Prometheus(runbook: "https://wiki.example.com/alerts"))
        }
        let rules = try Monitoring.files(of: stack, reachedBy: .compose).first { $0.path.hasSuffix("redis.yml") }
        #expect(rules?.content.contains("runbook_url: \"https://wiki.example.com/alerts#redisdown\"") == true)
        #expect(Monitoring.runbook(of: stack, reachedBy: .compose)?.content.contains("\n## RedisDown\n") == true)
    }

    @Test("every alert says what it means, what to type, and how bad it is")
    func isComplete() {
        for alert in Self.groups.flatMap(\.alerts) {
            #expect(!alert.summary.isEmpty && !alert.description.isEmpty && !alert.next.isEmpty)
            #expect(alert.severity != .none || alert.name == MonitoringRules.watchdog)
        }
    }

    @Test("every quantile sums by le, and nothing is divided unsummed")
    func sums() {
        let dashboards = Dashboards.all(of: Watch(MonitoredStack.stack(.process).withCompanions()) { _ in true })
        let expressions =
            Self.groups.flatMap(\.rules).map(\.expression)
            + dashboards.flatMap(\.panels).flatMap(\.queries)
            .map(\.expression)
        #expect(expressions.count > 100)
        for expression in expressions {
            let quantiles = expression.components(separatedBy: "histogram_quantile(").dropFirst()
            for quantile in quantiles {
                #expect(quantile.contains(/^[0-9.]+, sum by \([^)]*le\) \(rate\(/), "\(expression)")
            }
            let sides = expression.components(separatedBy: " / ")
            for (left, right) in zip(sides, sides.dropFirst()) {
                #expect(isSummed(left) && isSummed(right), "\(expression)")
            }
        }
    }

    /// A number, or begins with an aggregation, or is one of the sums that are recorded.
    private func isSummed(_ side: String) -> Bool {
        side.contains(/^\(*(sum|min|max|avg|count) by \(/) || side.contains(/^[0-9.]+/)
            || side.contains(/^(job|proxy):/)
            || side.contains(/^1 - sum by \(/) || side.contains(/and (sum|min|max|avg) by \([^)]*\) \(.*$/)
    }

    @Test("Prometheus can read every expression of every dashboard")
    func parsesDashboards() throws {
        let files = try MonitoringFiles(of: MonitoredStack.stack(), reachedBy: .compose)
        let dashboards = Dashboards.all(of: Watch(MonitoredStack.stack(.process).withCompanions()) { _ in true })
        #expect(dashboards.count == 6)
        let rules = dashboards.flatMap(\.panels).flatMap(\.queries).enumerated().map { index, query in
            RuleGroup.Rule.record("panel:\(index)", PromQL.chosen(query.expression))
        }
        let path = "\(files.directory)/panels.yml"
        let group = RuleGroup(name: "panels", rules: rules)
        let help = AlertHelp(.slipway, for: MonitoredStack.stack())
        try group.file(help).write(toFile: path, atomically: true, encoding: .utf8)
        let checked = try run(["promtool", "check", "rules", path])
        #expect(checked.status == 0, "\(checked.output)")
    }

    @Test("dashboards are JSON with uids of their own, and no two panels of one lie on each other")
    func laysOut() throws {
        let files = try MonitoringFiles(of: MonitoredStack.stack(), reachedBy: .compose)
        var uids: Set<String> = []
        for file in files.files where file.path.hasSuffix(".json") {
            let object = try JSONSerialization.jsonObject(with: Data(file.content.utf8)) as? [String: Any]
            let uid = try #require(object?["uid"] as? String)
            #expect(uids.insert(uid).inserted)
            var taken: Set<[Int]> = []
            for panel in object?["panels"] as? [[String: Any]] ?? [] {
                let place = try #require(panel["gridPos"] as? [String: Int])
                let (x, y, width, height) = (place["x"] ?? 0, place["y"] ?? 0, place["w"] ?? 0, place["h"] ?? 0)
                #expect(x + width <= 24 && width > 0 && height > 0)
                for column in x..<(x + width) {
                    for line in y..<(y + height) {
                        #expect(taken.insert([column, line]).inserted, "\(uid): \(panel["title"] ?? "")")
                    }
                }
            }
        }
        #expect(uids.count == 5, "there is one of backups where a controller shows figures of them, and nowhere else")
    }

    @Test("a spec is warned of a Prometheus that cannot look as far back as the rules do, and no farther")
    func windows() {
        let expressions = Self.groups.flatMap(\.rules).map(\.expression)
        let windows = expressions.flatMap { $0.matches(of: /\[([0-9]+[smhd])\]/) }.compactMap { TimeSpan(String($0.1)) }
        #expect(windows.min() == RuleWindows.shortest)
        #expect(windows.max() == RuleWindows.longest)
    }

    @Test("a stack in which nobody is told has no Alertmanager, and one without a Prometheus has no files")
    func isLeftOut() throws {
        let untold = try Monitoring.files(of: MonitoredStack.stack(contacts: []).withCompanions(), reachedBy: .compose)
        #expect(!untold.contains { $0.path.hasPrefix("alertmanager/") })
        #expect(untold.contains { $0.path == "prometheus/rules/monitoring.yml" })
        var bare = MonitoredStack.stack()
        bare.services.removeAll(where: \.isPrometheus)
        #expect(try Monitoring.files(of: bare, reachedBy: .compose).isEmpty)
    }
}

extension RuleGroup.Rule {
    fileprivate var expression: String {
        switch self {
        case .record(_, let expression): expression
        case .alert(let alert): alert.expression
        }
    }
}

enum PromQL {
    /// An expression of a dashboard with everything chosen, as Grafana would send it.
    static func chosen(_ expression: String) -> String {
        expression.replacing("$job", with: "api").replacing("$instance", with: ".*")
            .replacing("$__rate_interval", with: "1m")
    }
}
