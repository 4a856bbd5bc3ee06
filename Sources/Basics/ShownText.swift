extension String {
    /// Safe to show on a terminal: one column for each tab and line end, and no escape sequences.
    package var withoutControls: String {
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
