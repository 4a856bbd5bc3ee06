import Basics

/// Text as HAProxy reads it back unchanged.
enum HAProxyText {
    /// One word of a configuration line. Everything that could have a meaning is written as `\xNN`.
    /// Throws `invalidSpec` for control characters: no request can contain one, and NUL would end the word. Also for a
    /// brace alone, which ends a condition however it is written. `inLines`: what people read, and may have line ends.
    static func word(_ text: String, naming what: String, inLines: Bool = false) throws(ReportableError) -> String {
        guard !text.isEmpty, text != "}",
            !text.unicodeScalars.contains(where: { isControl($0) && !(inLines && $0 == "\n") })
        else {
            throw ReportableError(
                .invalidSpec,
                "\(what) is empty, a brace or holds a control character: \(text.debugDescription)",
                hint: "Write it in letters, digits and signs."
            )
        }
        return text.utf8.map { isPlain($0) ? String(UnicodeScalar($0)) : escaped($0) }.joined()
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x20 || scalar.value == 0x7F }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func escaped(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return "\\x" + (digits.count == 1 ? "0" : "") + digits
    }
}
