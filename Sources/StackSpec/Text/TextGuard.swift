import Basics

/// What is refused before the YAML parser sees the text: it can do no harm then, and the message is ours.
enum TextGuard {
    /// The text without its byte order mark, or `nil` after the reason is in `findings`.
    static func text(of spec: SpecText, findings: Findings) -> String? {
        guard spec.bytes.count <= SpecLimits.maxBytes else {
            findings.error(
                "the file has \(spec.bytes.count) bytes, and a \(findings.subject.rawValue) has at most \(SpecLimits.bytes)",
                at: .start,
                help: findings.subject == .spec
                    ? "Keep data out of the spec: put files beside it, in the source directory of an app." : nil
            )
            return nil
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let bytes = spec.bytes.starts(with: mark) ? spec.bytes.dropFirst(3) : spec.bytes[...]
        guard let text = String(validating: bytes, as: UTF8.self) else {
            reportBadEncoding(bytes, findings: findings)
            return nil
        }
        guard isAcceptable(text, findings: findings) else { return nil }
        findings.quote(from: text)
        return text
    }

    private static func reportBadEncoding(_ bytes: ArraySlice<UInt8>, findings: Findings) {
        let help = "Save the file as UTF-8."
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return findings.error("the file is UTF-16, not UTF-8", at: .start, help: help)
        }
        let (bad, line) = firstBadLine(of: bytes)
        var column = 1
        var parser = Unicode.UTF8.ForwardParser()
        var input = line.makeIterator()
        while case .valid = parser.parseScalar(from: &input) { column += 1 }
        findings.error(
            "the file is not UTF-8: a byte here belongs to no character",
            at: Place(line: bad, column: column),
            help: help
        )
    }

    /// The number and the bytes of the first line that is not UTF-8, found by halves: what comes before it is good.
    private static func firstBadLine(of bytes: ArraySlice<UInt8>) -> (number: Int, line: ArraySlice<UInt8>) {
        let newline = UInt8(ascii: "\n")
        var number = 1
        var rest = bytes
        while let middle = rest[(rest.startIndex + rest.count / 2)...].firstIndex(of: newline)
            ?? rest.firstIndex(of: newline)
        {
            let half = rest[..<middle]
            if String(validating: half, as: UTF8.self) == nil {
                rest = half
            } else {
                number += half.withUnsafeBufferPointer { SourceText.lineFeeds(in: $0) } + 1
                rest = rest[(middle + 1)...]
            }
        }
        return (number, rest)
    }

    /// Looks at every byte in one pass: at the control characters that YAML calls unprintable, and at the signs
    /// that separate nodes. No text with so many fewer of those has more nodes than the limit by much, and a text with
    /// more would cost the parser its time before the nodes could be counted.
    private static func isAcceptable(_ text: String, findings: Findings) -> Bool {
        var text = text
        let problem = text.withUTF8 { Self.problem(in: $0) }
        switch problem {
        case nil: return true
        case .tooManySigns:
            reportTooManyNodes(at: .start, findings: findings)
        case .control(let offset):
            reportControl(in: text, at: text.utf8.index(text.startIndex, offsetBy: offset), findings: findings)
        }
        return false
    }

    private enum Problem {
        case tooManySigns
        case control(Int)
    }

    private static func problem(in bytes: UnsafeBufferPointer<UInt8>) -> Problem? {
        var signs = 0
        var previous: UInt8 = 0
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            // Letters, digits and the rest of what most bytes are.
            if byte > 0x5B, byte < 0x7B {
                previous = byte
            } else {
                if isControl(bytes, offset) { return .control(offset) }
                if isSign(byte, after: previous) { signs += 1 }
                if signs > 3 * SpecLimits.maxExpandedNodes { return .tooManySigns }
                previous = byte
            }
            offset += 1
        }
        return nil
    }

    /// `,`, `[`, `{`, `*`, and `:`, `-` or `?` before white space.
    private static func isSign(_ byte: UInt8, after previous: UInt8) -> Bool {
        switch byte {
        case 0x2A, 0x2C, 0x5B, 0x7B: true
        case 0x20, 0x0A, 0x0D, 0x09: previous == 0x3A || previous == 0x2D || previous == 0x3F
        default: false
        }
    }

    private static func isControl(_ bytes: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Bool {
        let byte = bytes[offset]
        if byte < 0x20 { return byte != 0x0A && byte != 0x0D && byte != 0x09 }
        if byte < 0x7F { return false }
        if byte == 0x7F { return true }
        guard byte == 0xC2 || byte == 0xEF, offset + 1 < bytes.count else { return false }
        let next = bytes[offset + 1]
        // U+0080 to U+009F but for the line end U+0085.
        if byte == 0xC2 { return next < 0xA0 && next != 0x85 }
        // A byte order mark inside the text, and U+FFFE and U+FFFF.
        guard offset + 2 < bytes.count else { return false }
        return (next == 0xBB && bytes[offset + 2] == 0xBF) || (next == 0xBF && bytes[offset + 2] >= 0xBE)
    }

    private static func reportControl(in text: String, at index: String.Index, findings: Findings) {
        findings.quote(from: text)
        let before = SourceText(file: "", text: String(text[..<index]))
        let code = String(text.unicodeScalars[index].value, radix: 16, uppercase: true)
        let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
        findings.error(
            "a control character (U+\(padded)) is in the text",
            at: Place(line: before.lines.count, column: (before.lines.last?.unicodeScalars.count ?? 0) + 1),
            help: code == "0"
                ? Self.withoutNul : "Remove it; in double quotes it can be written as \\u\(padded.suffix(4))."
        )
    }

    /// However it is written.
    static let withoutNul = "Remove it: a program can be given no NUL, in no argument, variable or path."

    static func reportTooManyNodes(at place: Place, findings: Findings) {
        findings.error(
            "the \(findings.subject.rawValue) has more than \(SpecLimits.maxExpandedNodes) keys and values, aliases counted by what they repeat",
            at: place,
            help: findings.subject == .spec ? "Split the stack, or write less with aliases." : nil
        )
    }
}
