/// Hides signs from the YAML parser behind private-use characters that the text doesn't contain, one for one,
/// so that every line and column stays what it was.
///
/// Every `*` is hidden: the parser then sees no alias, so nothing it does can cost more than the text is long, and
/// aliases are resolved by us, with a count. `restore` gives back what was written.
struct SignSubstitution {
    private var free: [Unicode.Scalar]
    private(set) var text: String
    let star: Unicode.Scalar
    private var keys: [Unicode.Scalar: String] = [:]

    /// `nil` when the text uses up all private characters.
    init?(hiding text: String) {
        let candidates = (0xE000...0xE03F).compactMap { Unicode.Scalar(UInt32($0)) }
        let isPlain = !text.utf8.contains(0xEE)
        var free = isPlain ? candidates : candidates.filter { !text.unicodeScalars.contains($0) }
        guard free.count > 1 else { return nil }
        star = free.removeFirst()
        self.free = free
        self.text = text.utf8.contains(UInt8(ascii: "*")) ? Self.replacingStars(in: text, by: star) : text
    }

    /// Makes the key that starts at `place` different from every other, keeping in mind that it reads `key`.
    /// False when it can't be done: no characters are left, or the key doesn't start with its own text.
    mutating func distinguish(_ key: String, at place: Place) -> Bool {
        guard let mark = free.popLast(), let index = index(of: place) else { return false }
        var scalars = text.unicodeScalars
        var target = index
        if scalars[index] == "\"" || scalars[index] == "'" {
            target = scalars.index(after: index)
            guard target < scalars.endIndex, scalars[target] != scalars[index] else { return false }
        }
        guard !["&", "!", "|", ">", star].contains(scalars[target]) else { return false }
        scalars.replaceSubrange(target...target, with: [mark])
        text = String(scalars)
        keys[mark] = restore(key)
        return true
    }

    func isAlias(_ text: String) -> Bool { text.unicodeScalars.first == star }

    /// What was written where the parser read `text`.
    func restore(_ text: String) -> String {
        guard text.utf8.contains(0xEE) else { return text }
        if let mark = text.unicodeScalars.first(where: { keys[$0] != nil }), let key = keys[mark] { return key }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == star ? "*" : $0 }))
    }

    private func index(of place: Place) -> String.Index? {
        var line = 1
        var column = 1
        var previous: Unicode.Scalar = " "
        for index in text.unicodeScalars.indices {
            if line == place.line, column == place.column { return index }
            let scalar = text.unicodeScalars[index]
            switch scalar {
            case "\n" where previous == "\r": column = 1
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": (line, column) = (line + 1, 1)
            default: column += 1
            }
            previous = scalar
        }
        return nil
    }

    private static func replacingStars(in text: String, by star: Unicode.Scalar) -> String {
        let sign = Array(String(star).utf8)
        var text = text
        let bytes = text.withUTF8 { source in
            [UInt8](unsafeUninitializedCapacity: source.count * sign.count) { target, count in
                var offset = 0
                while offset < source.count {
                    if source[offset] == UInt8(ascii: "*") {
                        for byte in sign {
                            target[count] = byte
                            count += 1
                        }
                    } else {
                        target[count] = source[offset]
                        count += 1
                    }
                    offset += 1
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
