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
    func place(_ path: String...) -> Place {
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

extension String {
    /// Safe to show on a terminal: one column for each tab and line end, and no escape sequences.
    var withoutControls: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 0x09, 0x0A, 0x0D: " "
                    case 0...0x1F, 0x7F...0x9F: "\u{FFFD}"
                    default: scalar
                    }
                }
            )
        )
    }

    /// Short enough for one line of a message.
    package var abridged: String {
        // A hostile text is not looked at beyond what is shown.
        let line = String(prefix(61)).withoutControls
        return line.count <= 60 ? line : line.prefix(57) + "..."
    }
}
