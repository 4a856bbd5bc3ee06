import Basics
import StackModel

extension ValueType {
    /// A map from names to values, in the order of the file.
    static func named<Key: Name, Element>(
        _ what: String,
        by key: Key.Type,
        _ element: ValueType<Element>,
        make: @escaping @Sendable (Key, Element) -> Element
    ) -> ValueType<[Element]> where Value == [Element] {
        let shape = Shape.map(element.shape, keys: NameRule.pattern, words: "a map from names to \(what)s")
        return ValueType(shape: shape) { node, label, reading in
            guard let entries = node.entries else {
                return reading.refuse(
                    node,
                    label,
                    wanted: "a map from names to \(what)s",
                    help: node.elements == nil ? nil : "Write `name:` in place of the dash."
                )
            }
            return entries.filter { !$0.key.isFree }.compactMap { entry in
                let name = Key(entry.key)
                if name == nil {
                    reading.findings.error(
                        "\(entry.key.abridged) is not a valid \(what) name",
                        at: entry.keyPlace,
                        help: NameRule.repaired(entry.key).map { "Did you mean \($0)?" } ?? NameRule.words
                    )
                }
                let node = SpecNode(content: entry.value.content, place: entry.valuePlace)
                let owned = reading.owned(by: name as? ServiceName)
                let value = element.read(node, "\(what) \(entry.key.abridged)", owned)
                guard let name, let value else { return nil }
                return make(name, value)
            }
        }
    }
}
