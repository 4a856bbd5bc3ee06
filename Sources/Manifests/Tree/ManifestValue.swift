import Basics

/// One value of a manifest: what YAML and JSON have in common. Maps keep the order they are written in, so that the
/// same manifest is the same text, and objects read in the order their world is used to (apiVersion, kind, metadata).
///
/// Written as literals. `nil` in a map is a key that is left out.
package enum ManifestValue: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case decimal(Double)
    case boolean(Bool)
    case list([ManifestValue])
    case map([Entry])
    /// A key that is left out.
    case absent

    package struct Entry: Hashable, Sendable {
        package var key: String
        package var value: ManifestValue

        package init(_ key: String, _ value: ManifestValue) {
            self.key = key
            self.value = value
        }
    }

    package static func text(_ value: some TextCodable) -> ManifestValue { .text(value.description) }
    package static func texts(_ values: [String]) -> ManifestValue { .list(values.map { .text($0) }) }

    /// A map in the order of the keys, for what has no order of its own.
    package static func sorted(_ values: [String: ManifestValue]) -> ManifestValue {
        .map(values.sorted { $0.key < $1.key }.map { Entry($0.key, $0.value) })
    }

    /// Left out when there is nothing in it.
    package var unlessEmpty: ManifestValue {
        switch self {
        case .list(let values) where values.isEmpty: .absent
        case .map(let entries) where entries.allSatisfy({ $0.value == .absent }): .absent
        default: self
        }
    }

    /// The entries of a map that are not left out; nil for anything else.
    package var entries: [Entry]? {
        guard case .map(let entries) = self else { return nil }
        return entries.filter { $0.value != .absent }
    }

    package subscript(_ key: String) -> ManifestValue? {
        guard case .map(let entries) = self else { return nil }
        return entries.first { $0.key == key && $0.value != .absent }?.value
    }

    /// This map with the entries of another behind its own; a key of both is the other's.
    package func merging(_ other: ManifestValue) -> ManifestValue {
        guard let own = entries, let more = other.entries else { return other == .absent ? self : other }
        let replaced = Set(more.map(\.key))
        return .map(own.filter { !replaced.contains($0.key) } + more)
    }
}

extension ManifestValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(arrayLiteral elements: ManifestValue...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, ManifestValue)...) {
        self = .map(elements.map { Entry($0.0, $0.1) })
    }
    package init(nilLiteral: ()) { self = .absent }
}
