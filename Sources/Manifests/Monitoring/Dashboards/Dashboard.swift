/// A dashboard in the making: rows of panels, laid out from left to right.
struct Dashboard {
    /// Stable, so that links and stars survive.
    var uid: String
    /// Where Grafana shows it.
    var folder: String
    var title: String
    var variables: [Variable] = []
    var rows: [Row]

    var panels: [Panel] { rows.flatMap(\.panels) }
    var path: String { "\(folder)/\(uid).json" }

    struct Row {
        var title: String
        var panels: [Panel]
        var height = 8
    }

    /// A choice at the top. `$job` and `$instance` in an expression are what was chosen.
    struct Variable {
        var name: String
        var label: String
        var choices: Choices

        enum Choices {
            case fixed([String])
            /// Whatever the label of a series has, several at once.
            case values(label: String, of: String)
        }
    }
}

/// One picture.
struct Panel {
    enum Kind: String {
        case graph = "timeseries"
        case number = "stat"
    }

    var title: String
    var kind: Kind = .graph
    /// Grafana's word: `reqps`, `percentunit`, `s`, `bytes`, `short`.
    var unit = "short"
    /// Of 24 columns.
    var width = 8
    var queries: [Query]
    /// From here on it is yellow, red.
    var warning: Double?
    var critical: Double?
    /// Little is bad: red below `critical`.
    var isBadWhenLow = false
    var description: String?

    struct Query {
        var expression: String
        /// Grafana's way: `{{job}}`.
        var legend: String

        init(_ expression: String, _ legend: String) {
            self.expression = expression
            self.legend = legend
        }
    }
}
