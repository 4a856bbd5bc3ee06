/// How a value looks within an address.
enum PercentEncoding {
    /// The value itself, and its encodings as programs write them: with and without `/`, in either case, in forms.
    static func spellings(of value: String) -> Set<String> {
        var spellings: Set<String> = [value]
        for kept in ["", "/"] {
            let upper = encoded(value, keeping: kept, digits: Array("0123456789ABCDEF"))
            let lower = encoded(value, keeping: kept, digits: Array("0123456789abcdef"))
            for text in [upper, lower] { spellings.formUnion([text, text.replacing("%20", with: "+")]) }
        }
        return spellings
    }

    private static func encoded(_ value: String, keeping kept: String, digits: [Character]) -> String {
        let plain = Set("-._~\(kept)".utf8)
        return value.utf8.reduce(into: "") { text, byte in
            let character = Character(UnicodeScalar(byte))
            if plain.contains(byte) || byte < 0x80 && (character.isLetter || character.isNumber) {
                text.append(character)
            } else {
                text += "%" + String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
    }
}
