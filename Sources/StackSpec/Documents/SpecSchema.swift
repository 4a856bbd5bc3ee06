import Basics

/// The JSON Schema of the spec, made from the tables that the parser reads by, so that editors complete and check
/// what it accepts. It sees one file and one key at a time; what only the whole spec can tell, `slipway validate` does.
package enum SpecSchema {
    /// JSON Schema 2020-12, indented, with sorted keys and a line end.
    ///
    /// Required keys are asked for in lists only, which nothing is laid over; anywhere else an environment may supply
    /// them.
    package static func json() -> String {
        var definitions: [String: JSONValue] = [:]
        for table in KeyTables.all where table.title != "stack" {
            definitions[table.title] = object(table, .complete)
            definitions["\(table.title)-change"] = object(table, .change)
        }
        var schema: [String: JSONValue] = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Slipway stack",
            "required": ["apiVersion", "stack"],
            "$defs": .map(definitions),
        ]
        if case .map(let root) = object(KeyTables.all[0], .complete) { schema.merge(root) { first, _ in first } }
        // Plain data always encodes; an empty schema would fail every test.
        return ((try? CanonicalJSON.pretty(JSONValue.map(schema))) ?? "") + "\n"
    }

    /// Where a value stands: in the file itself, or in an environment, where `null` removes.
    private enum Role {
        case complete, change
    }

    private static func object(_ table: KeyTable, _ role: Role) -> JSONValue {
        // An environment is itself a change of the stack.
        let inner = table.title == "environment" ? Role.change : role
        var properties: [String: JSONValue] = [:]
        for rule in table.rules { properties[rule.name] = property(rule, inner) }
        return [
            "type": "object", "description": .text(table.meaning), "properties": .map(properties),
            "patternProperties": ["^x-": true], "additionalProperties": false,
        ]
    }

    private static func property(_ rule: KeyRule, _ role: Role) -> JSONValue {
        let shape = schema(of: rule.shape, role)
        let value: JSONValue = role == .change ? ["anyOf": [shape, ["type": "null"]]] : shape
        guard case .map(var property) = value else { return value }
        property["description"] = .text(rule.fallback.map { "\(rule.meaning) Default: \($0)." } ?? rule.meaning)
        return .map(property)
    }

    private static func schema(of shape: Shape, _ role: Role) -> JSONValue {
        switch shape {
        case .text(let pattern, _):
            guard let pattern else { return ["type": ["string", "number"]] }
            return ["type": "string", "pattern": .text("(?:\(pattern))|\(reference)")]
        case .integer(let range): return integer(range)
        case .number: return ["type": "number"]
        case .boolean: return ["anyOf": [["type": "boolean"], ["type": "string", "pattern": .text(reference)]]]
        case .choice(let words):
            return [
                "anyOf": [["enum": .list(words.map { .text($0) })], ["type": "string", "pattern": .text(reference)]]
            ]
        case .list(let element): return ["type": "array", "items": item(element)]
        case .map(let value, let keys, _): return names(to: value, keys, role)
        case .table(let table): return link(table, role)
        case .kinds(let tables): return service(tables, role)
        case .environment: return ["anyOf": [["$ref": "#/$defs/environment"], ["type": "null"]]]
        case .either(let left, let right): return ["anyOf": [schema(of: left, role), schema(of: right, role)]]
        }
    }

    /// A text that has a variable in it may become anything.
    private static let reference = "\\$\\{"

    private static func integer(_ range: ClosedRange<Int>) -> JSONValue {
        var number: [String: JSONValue] = ["type": "integer", "minimum": .number(range.lowerBound)]
        if range.upperBound < .max { number["maximum"] = .number(range.upperBound) }
        return ["anyOf": [.map(number), ["type": "string", "pattern": .text(reference)]]]
    }

    /// Lists are replaced as a whole, so what stands in one is complete wherever it stands.
    private static func item(_ shape: Shape) -> JSONValue {
        guard case .table(let table) = shape else { return schema(of: shape, .complete) }
        let required = table.rules.filter(\.isRequired).map { JSONValue.text($0.name) }
        return ["$ref": .text("#/$defs/\(table.title)"), "required": .list(required)]
    }

    private static func names(to value: Shape, _ keys: String, _ role: Role) -> JSONValue {
        let schema = schema(of: value, role)
        return [
            "type": "object", "additionalProperties": false,
            "patternProperties": [
                keys: role == .change ? ["anyOf": [schema, ["type": "null"]]] : schema, "^x-": true,
            ],
        ]
    }

    private static func link(_ table: KeyTable, _ role: Role) -> JSONValue {
        ["$ref": .text(role == .complete ? "#/$defs/\(table.title)" : "#/$defs/\(table.title)-change")]
    }

    /// The keys of a service follow from its kind. A change need not repeat the kind, so any of them may be meant.
    private static func service(_ tables: [KeyTable], _ role: Role) -> JSONValue {
        guard role == .complete else { return ["anyOf": .list(tables.map { link($0, .change) })] }
        let kinds = tables.map { JSONValue.text($0.title) }
        var rules: [JSONValue] = tables.map { table in
            let isKind: JSONValue = ["properties": ["kind": ["const": .text(table.title)]], "required": ["kind"]]
            return ["if": isKind, "then": link(table, .complete)]
        }
        rules.append(["if": ["not": ["required": ["kind"]]], "then": link(tables[0], .complete)])
        return ["type": "object", "properties": ["kind": ["enum": .list(kinds)]], "allOf": .list(rules)]
    }
}
