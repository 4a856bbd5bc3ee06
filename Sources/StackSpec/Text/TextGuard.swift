import Basics

/// What is refused before the YAML parser sees the text: it can do no harm then, and the message is ours.
enum TextGuard {
    /// The text without its byte order mark, or `nil` after the reason is in `findings`.
    static func text(of spec: SpecText, findings: Findings) -> String? {
        guard spec.bytes.count <= SpecLimits.maxBytes else {
            findings.error(
                "the file has \(spec.bytes.count) bytes, and a spec has at most \(SpecLimits.bytes)", at: .start,
                help: "Keep data out of the spec: put files beside it, in the source directory of an app.")
            return nil
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let bytes = spec.bytes.starts(with: mark) ? spec.bytes.dropFirst(3) : spec.bytes[...]
        guard let text = String(validating: bytes, as: UTF8.self) else {
            reportBadEncoding(bytes, findings: findings)
            return nil
        }
        findings.quote(from: SourceText(file: spec.file, text: text))
        return isPrintable(text, findings: findings) && isModest(bytes, findings: findings) ? text : nil
    }

    private static func reportBadEncoding(_ bytes: ArraySlice<UInt8>, findings: Findings) {
        let help = "Save the file as UTF-8."
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return findings.error("the file is UTF-16, not UTF-8", at: .start, help: help)
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        var column = 1
        var parser = Unicode.UTF8.ForwardParser()
        var input = lines[bad].makeIterator()
        while case .valid = parser.parseScalar(from: &input) { column += 1 }
        findings.error(
            "the file is not UTF-8: a byte here belongs to no character", at: Place(line: bad + 1, column: column),
            help: help)
    }

    private static func isPrintable(_ text: String, findings: Findings) -> Bool {
        guard let index = text.unicodeScalars.firstIndex(where: { !isAllowed($0) }) else { return true }
        let before = SourceText(file: "", text: String(text[..<index]))
        let line = before.lines.count
        let code = String(text.unicodeScalars[index].value, radix: 16, uppercase: true)
        findings.error(
            "a control character (U+\(code)) is in the text",
            at: Place(line: line, column: (before.lines.last?.unicodeScalars.count ?? 0) + 1),
            help: "Remove it; in double quotes it can be written as \\u followed by four hexadecimal digits.")
        return false
    }

    /// The characters that YAML calls printable.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0x09, 0x0A, 0x0D, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
            0x10000...0x10FFFF:
            true
        default: false
        }
    }

    /// No text with fewer of these signs has more nodes than the limit by an order of magnitude, and a text with more
    /// would cost the parser its time before the nodes could be counted.
    private static func isModest(_ bytes: ArraySlice<UInt8>, findings: Findings) -> Bool {
        guard bytes.count > 2 * SpecLimits.maxExpandedNodes else { return true }
        var signs = 0
        var previous: UInt8 = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"): signs += 1
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                if previous == UInt8(ascii: ":") || previous == UInt8(ascii: "-") || previous == UInt8(ascii: "?") {
                    signs += 1
                }
            default: break
            }
            previous = byte
        }
        guard signs > 3 * SpecLimits.maxExpandedNodes else { return true }
        reportTooManyNodes(at: .start, findings: findings)
        return false
    }

    static func reportTooManyNodes(at place: Place, findings: Findings) {
        findings.error(
            "the spec has more than \(SpecLimits.maxExpandedNodes) keys and values, aliases counted by what they repeat",
            at: place, help: "Split the stack, or write less with aliases.")
    }
}
