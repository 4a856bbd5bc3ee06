import StackModel

/// One file of rules. Prometheus evaluates them one after the other, so a rule sees what those before it recorded.
struct RuleGroup: Hashable {
    /// Also the name of the file.
    var name: String
    /// What a reader of the file should know, one line each.
    var about: [String] = []
    var rules: [Rule]

    enum Rule: Hashable {
        case record(String, String)
        case alert(Alert)
    }

    var alerts: [Alert] { rules.compactMap { if case .alert(let alert) = $0 { alert } else { nil } } }

    /// The file without its comments, which is also what a PrometheusRule of the operator holds.
    func document(_ help: AlertHelp) -> ManifestValue {
        ["groups": [["name": .text(name), "rules": .list(rules.map { $0.value(help) })]]]
    }

    func file(_ help: AlertHelp) -> String {
        about.map { "# \($0)\n" }.joined() + YAMLWriter.document(document(help))
    }
}

extension RuleGroup.Rule {
    fileprivate func value(_ help: AlertHelp) -> ManifestValue {
        switch self {
        case .record(let name, let expression): ["record": .text(name), "expr": .text(expression)]
        case .alert(let alert): alert.value(help)
        }
    }
}

extension RuleGroup {
    /// Every group that has something to watch in this stack.
    static func all(of watch: Watch) -> [RuleGroup] {
        [
            RequestRules.group(watch), APIRules.group(watch), BurnRateRules.group(watch), SilentAppRules.group(watch),
            RedisRules.group(watch),
            PostgresRules.group(watch), EdgeRules.group(watch), BackupRules.group(watch),
            CertificateRules.group(watch), ControllerRules.group(watch), HostRules.group(watch),
            MonitoringRules.group(watch),
        ].filter { !$0.rules.isEmpty }
    }
}
