/// A place in the log of a server: in which of its files, counted as the server does, and how many bytes into that. A
/// Postgres ships whole files only, so that its places are all at the beginning of one.
package struct LogPlace: Hashable, Comparable, Sendable, Codable {
    package let file: Int
    package let offset: Int

    package init(file: Int, offset: Int = 0) {
        self.file = file
        self.offset = offset
    }

    package static func < (left: LogPlace, right: LogPlace) -> Bool {
        (left.file, left.offset) < (right.file, right.offset)
    }
}

extension LogPlace {
    /// As manifests say it: `12-400`.
    package var text: String { "\(file)-\(offset)" }

    /// nil for whatever is not exactly the text of a place.
    package init?(_ text: String) {
        let words = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard words.count == 2, let file = words[0], let offset = words[1], file > 0, offset >= 0 else { return nil }
        self.init(file: file, offset: offset)
        guard self.text == text else { return nil }
    }

    private static let prefix = "aof-"

    /// What a piece of the log of a Redis is called in a set: it begins here.
    package var pieceName: String { Self.prefix + text }

    package init?(pieceName name: String) {
        guard name.hasPrefix(Self.prefix) else { return nil }
        self.init(String(name.dropFirst(Self.prefix.count)))
    }
}
