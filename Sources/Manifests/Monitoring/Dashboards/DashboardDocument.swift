/// A dashboard as Grafana reads it.
struct DashboardDocument {
    let dashboard: Dashboard
    /// The uid of the data source.
    let source: String

    var value: ManifestValue {
        [
            "uid": .text(dashboard.uid),
            "title": .text(dashboard.title),
            "tags": ["slipway"],
            "schemaVersion": 38,
            "version": 1,
            "editable": false,
            "graphTooltip": 1,
            "refresh": "30s",
            "time": ["from": "now-3h", "to": "now"],
            "timezone": "browser",
            "templating": ["list": .list(dashboard.variables.map(variable))],
            "panels": .list(panels),
        ]
    }

    private var reference: ManifestValue { ["type": "prometheus", "uid": .text(source)] }

    private func variable(_ variable: Dashboard.Variable) -> ManifestValue {
        let head: ManifestValue = ["name": .text(variable.name), "label": .text(variable.label)]
        switch variable.choices {
        case .fixed(let names): return head.merging(choice(among: names))
        case .values(let label, let series): return head.merging(choice(of: label, in: series))
        }
    }

    private func choice(among names: [String]) -> ManifestValue {
        let first: String = names.first ?? ""
        let current: ManifestValue = ["selected": true, "text": .text(first), "value": .text(first)]
        let query: String = names.joined(separator: ",")
        return ["type": "custom", "query": .text(query), "current": current]
    }

    private func choice(of label: String, in series: String) -> ManifestValue {
        let query: ManifestValue = [
            "query": .text("label_values(\(series), \(label))"), "refId": "StandardVariableQuery",
        ]
        return [
            "type": "query",
            "datasource": reference,
            "query": query,
            "refresh": 2,
            "sort": 1,
            "multi": true,
            "includeAll": true,
            "allValue": ".*",
            "current": ["selected": true, "text": ["All"], "value": ["$__all"]],
        ]
    }

    /// Panels flow from left to right in their row and into the next line where there is no room.
    private var panels: [ManifestValue] {
        var (values, line, identifier): ([ManifestValue], Int, Int) = ([], 0, 1)
        for row in dashboard.rows {
            values.append(header(row, identifier, line))
            (line, identifier) = (line + 1, identifier + 1)
            var column = 0
            for panel in row.panels {
                if column + panel.width > 24 { (column, line) = (0, line + row.height) }
                let place: ManifestValue = [
                    "h": .integer(row.height), "w": .integer(panel.width), "x": .integer(column), "y": .integer(line),
                ]
                values.append(value(of: panel, identifier, at: place))
                (column, identifier) = (column + panel.width, identifier + 1)
            }
            line += row.height
        }
        return values
    }

    private func header(_ row: Dashboard.Row, _ identifier: Int, _ line: Int) -> ManifestValue {
        [
            "id": .integer(identifier), "type": "row", "title": .text(row.title), "collapsed": false, "panels": [],
            "gridPos": ["h": 1, "w": 24, "x": 0, "y": .integer(line)],
        ]
    }

    private func value(of panel: Panel, _ identifier: Int, at place: ManifestValue) -> ManifestValue {
        [
            "id": .integer(identifier),
            "type": .text(panel.kind.rawValue),
            "title": .text(panel.title),
            "description": .text(unlessNil: panel.description),
            "datasource": reference,
            "gridPos": place,
            "fieldConfig": ["defaults": defaults(of: panel), "overrides": []],
            "options": options(of: panel),
            "targets": .list(panel.queries.enumerated().map(target)),
        ]
    }

    private func target(_ index: Int, _ query: Panel.Query) -> ManifestValue {
        let letter = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index % 26)))
        return [
            "refId": .text(letter),
            "datasource": reference,
            "expr": .text(query.expression),
            "legendFormat": .text(query.legend),
        ]
    }

    private func options(of panel: Panel) -> ManifestValue {
        switch panel.kind {
        case .graph:
            [
                "legend": ["displayMode": "list", "placement": "bottom", "showLegend": true],
                "tooltip": ["mode": "multi", "sort": "desc"],
            ]
        case .number: ["reduceOptions": ["calcs": ["lastNotNull"], "values": false], "colorMode": "value"]
        }
    }

    private func defaults(of panel: Panel) -> ManifestValue {
        let thresholds: ManifestValue = ["mode": "absolute", "steps": .list(steps(of: panel))]
        let look: ManifestValue = panel.kind == .graph ? look(of: panel) : [:]
        return ManifestValue.map([.init("unit", .text(panel.unit))]).merging(look)
            .merging(["thresholds": thresholds])
    }

    /// A graph begins at zero, and shows its bounds.
    private func look(of panel: Panel) -> ManifestValue {
        let style: String = panel.warning == nil && panel.critical == nil ? "off" : "line"
        return ["min": 0, "custom": ["fillOpacity": 8, "thresholdsStyle": ["mode": .text(style)]]]
    }

    /// The first step is the colour of everything below the second.
    private func steps(of panel: Panel) -> [ManifestValue] {
        let bounds = [("yellow", panel.warning), ("red", panel.critical)].compactMap { colour, bound in
            bound.map { (colour: colour, bound: $0) }
        }
        guard panel.isBadWhenLow else {
            return [["color": "green"]] + bounds.map { Self.step($0.colour, from: $0.bound) }
        }
        let good = bounds.reversed().enumerated().map { index, step in
            Self.step(index == bounds.count - 1 ? "green" : "yellow", from: step.bound)
        }
        return [["color": "red"]] + good
    }

    private static func step(_ colour: String, from bound: Double) -> ManifestValue {
        ["color": .text(colour), "value": .decimal(bound)]
    }
}
