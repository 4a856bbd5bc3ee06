@testable import Manifests

/// One alert, made to fire and kept silent, in the notation of promtool: a series has a sample each minute, `0+60x20`
/// goes up by 60 twenty times.
struct AlertCase {
    var name: String
    var severity: Alert.Severity
    var service: String
    var labels: [String: String] = [:]
    /// Minutes after the start.
    var at: Int
    var fires: [String: String]
    /// What is nearly as bad but not bad enough. Nil for the one alert that cannot be silent.
    var silent: [String: String]?

    func isOf(_ alert: Alert) -> Bool {
        (name, severity, service) == (alert.name, alert.severity, alert.service) && labels == alert.labels
    }

    /// A file for `promtool test rules`.
    static func document(_ cases: [AlertCase], of rules: [String], every interval: String = "1m") -> ManifestValue {
        [
            "rule_files": .texts(rules), "evaluation_interval": .text(interval), "tests": .list(cases.flatMap(\.tests)),
        ]
    }

    /// The tests of this case, as promtool reads them.
    var tests: [ManifestValue] {
        let labels = "{\(selected)}"
        let firing = test("fires", fires, [["labels": .text(labels), "value": 1]])
        guard let silent else { return [firing] }
        return [firing, test("is silent", silent, [])]
    }

    private func test(_ outcome: String, _ series: [String: String], _ samples: [ManifestValue]) -> ManifestValue {
        let title = "\(name) of \(service) \(outcome)"
        let by = matched.keys.sorted().joined(separator: ", ")
        let query = "group by (\(by)) (ALERTS{alertstate=\"firing\",\(selected)})"
        let time = "\(at)m"
        let input = series.sorted { $0.key < $1.key }.map { Self.input($0.key, $0.value) }
        let expected: ManifestValue = ["expr": .text(query), "eval_time": .text(time), "exp_samples": .list(samples)]
        return [
            "name": .text(title), "interval": "1m", "input_series": .list(input), "promql_expr_test": [expected],
        ]
    }

    private static func input(_ series: String, _ values: String) -> ManifestValue {
        ["series": .text(series), "values": .text(values)]
    }

    private var matched: [String: String] {
        labels.merging(["alertname": name, "severity": severity.rawValue, "service": service]) { own, _ in own }
    }

    private var selected: String {
        matched.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ",")
    }
}
