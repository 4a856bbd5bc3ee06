/// A text in double quotes on one line, escaped as JSON and YAML read it alike.
package enum QuotedText {
    /// - Parameter isPlain: which characters may stand as they are. Quotes, backslashes and the ends of lines never do. One
    ///   beyond U+FFFF that may not is written as YAML alone reads it.
    package static func of(_ text: String, where isPlain: (Unicode.Scalar) -> Bool) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            case _ where isPlain(scalar): quoted.unicodeScalars.append(scalar)
            default: quoted += escaped(scalar.value)
            }
        }
        return quoted + "\""
    }

    private static func escaped(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        let (sign, length) = value <= 0xFFFF ? ("u", 4) : ("U", 8)
        return "\\\(sign)" + String(repeating: "0", count: length - digits.count) + digits
    }
}
