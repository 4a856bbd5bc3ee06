import Basics

/// A value of a file with its place: YAML without anchors, aliases, merges and tags.
package struct SpecNode: Sendable {
    package enum Content: Sendable {
        case null
        case scalar(Scalar)
        case list([SpecNode])
        case map([Entry])
    }

    package struct Scalar: Sendable {
        package let text: String
        /// Written in quotes or as a block, so that it is text whatever it looks like.
        package let isQuoted: Bool
    }

    package struct Entry: Sendable {
        package let key: String
        package let keyPlace: Place
        package var value: SpecNode

        /// Where to point for the value: a map or a list is found by its key.
        package var valuePlace: Place { if case .scalar = value.content { value.place } else { keyPlace } }
    }

    package var content: Content
    package let place: Place

    package var entries: [Entry]? { if case .map(let entries) = content { entries } else { nil } }
    package var elements: [SpecNode]? { if case .list(let elements) = content { elements } else { nil } }
    package var isNull: Bool { if case .null = content { true } else { false } }

    package subscript(key: String) -> SpecNode? { entries?.first { $0.key == key }?.value }

    package func entry(_ key: String) -> Entry? { entries?.first { $0.key == key } }

    /// The place of a value far down; as far down as the path leads. A map or list is placed at its key.
    func place(_ path: String...) -> Place { place(path) }

    func place(_ path: [String]) -> Place {
        var node = self
        var place = self.place
        for key in path {
            guard let entry = node.entry(key) else { break }
            node = entry.value
            if case .scalar = node.content { place = node.place } else { place = entry.keyPlace }
        }
        return place
    }

    /// The word for what this is, in a message.
    package var word: String {
        switch content {
        case .null: "nothing"
        case .scalar(let scalar): scalar.isQuoted ? "\"\(scalar.text.abridged)\"" : scalar.text.abridged
        case .list: "a list"
        case .map: "a map"
        }
    }
}
