import Basics
import StackModel

/// Text in the format that Prometheus reads (version 0.0.4). Values are gauges.
struct Exposition {
    private var order: [String] = []
    private var families: [String: (help: String, lines: [String])] = [:]

    mutating func add(_ name: String, _ help: String, _ value: Double, _ labels: [(String, String)] = []) {
        let name = "slipway_\(name)"
        if families[name] == nil {
            order.append(name)
            families[name] = (help, [])
        }
        let pairs = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        families[name]?.lines.append("\(name)\(pairs.isEmpty ? "" : "{\(pairs)}") \(value)")
    }

    mutating func add(_ name: String, _ help: String, _ value: Instant, _ labels: [(String, String)] = []) {
        add(name, help, Double(value.milliseconds) / 1000, labels)
    }

    mutating func add(_ name: String, _ help: String, _ value: TimeSpan, _ labels: [(String, String)] = []) {
        add(name, help, Double(value.milliseconds) / 1000, labels)
    }

    var text: String {
        order.compactMap { name in
            families[name].map { family in
                "# HELP \(name) \(family.help)\n# TYPE \(name) gauge\n" + family.lines.map { $0 + "\n" }.joined()
            }
        }.joined()
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
