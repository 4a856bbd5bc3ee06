/// How wide a line is on a terminal: colours take no room, signs of East Asia take two columns.
enum LineWidth {
    static func of(_ line: String) -> Int {
        var width = 0
        _ = visit(line) { _, columns in
            width += columns
            return true
        }
        return width
    }

    /// The line, or as much of it as fits with an ellipsis.
    static func cut(_ line: String, to columns: Int) -> String {
        guard of(line) > columns else { return line }
        var left = columns - 1
        var hasColor = false
        let kept = visit(line) { sign, width in
            if width == 0 && sign == "\u{1B}" { hasColor = true }
            left -= width
            return left >= 0
        }
        return kept + "…" + (hasColor ? "\u{1B}[0m" : "")
    }

    /// A text on one line: what would move the cursor becomes a space.
    static func flat(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
    }

    /// Walks through the line until `body` says no. Returns what was walked through.
    private static func visit(_ line: String, _ body: (Character, Int) -> Bool) -> String {
        var walked = ""
        var isColor = false
        for sign in line {
            if sign == "\u{1B}" { isColor = true }
            guard body(sign, isColor ? 0 : columns(of: sign)) else { return walked }
            walked.append(sign)
            if isColor && sign == "m" { isColor = false }
        }
        return walked
    }

    private static func columns(of sign: Character) -> Int {
        switch sign.unicodeScalars.first?.value ?? 0 {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
