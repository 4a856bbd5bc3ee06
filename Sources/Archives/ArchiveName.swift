import Basics

/// Which names an archive may hold, on the way in as on the way out: what is written can be read again.
///
/// Names are looked at as bytes, as the system does: to Swift's characters a slash that an accent follows is no slash.
enum ArchiveName {
    static let limit = 4095
    private static let wordLimit = 255
    private static let slash = UInt8(ascii: "/")
    private static let here = Array(".".utf8)[...]
    private static let up = Array("..".utf8)[...]

    /// The name as words joined by `/`, without the `./` and the closing `/` that `tar` writes.
    static func checked(_ name: String, isFolder: Bool) throws(ArchiveRefusal) -> String {
        let bytes = Array(name.utf8)
        guard !bytes.contains(0) else { throw ArchiveRefusal(text: "has a NUL in its name") }
        guard bytes.first != slash else { throw ArchiveRefusal(text: "has an absolute name") }
        var words = bytes.split(separator: slash, omittingEmptySubsequences: false)
        if words.last == [], words.count > 1 {
            guard isFolder else { throw ArchiveRefusal(text: "has the name of a folder, and is none") }
            words.removeLast()
        }
        if words.first == here { words.removeFirst() }
        guard words.reduce(words.count - 1, { $0 + $1.count }) <= limit else {
            throw ArchiveRefusal(text: "has a name of more than \(limit) bytes")
        }
        guard !words.isEmpty || isFolder else {
            throw ArchiveRefusal(text: "stands for the whole archive, and is no folder")
        }
        for word in words {
            guard word != up else { throw ArchiveRefusal(text: "leads outside with '..'") }
            guard word != here, !word.isEmpty else { throw ArchiveRefusal(text: "has an empty word in its name") }
            guard word.count <= wordLimit else {
                throw ArchiveRefusal(text: "has a word of more than \(wordLimit) bytes in its name")
            }
        }
        return String(decoding: Array(words.joined(separator: [slash])), as: UTF8.self)
    }

    /// The folder that a checked name is in, empty for the top; and the last word.
    static func parts(_ name: String) -> (folder: String, last: String) {
        guard let end = name.utf8.lastIndex(of: slash) else { return ("", name) }
        return (String(name[..<end]), String(name[name.utf8.index(after: end)...]))
    }

    static func words(_ name: String) -> [String] {
        name.utf8.split(separator: slash).map { String(Substring($0)) }
    }

    /// A link may climb only to begin with, and never out of the archive. Its own folder is a real one, so the climb ends
    /// where it says; and from there every further link leads inside again, by the same rule.
    static func checkLink(_ target: String, at name: String) throws(ArchiveRefusal) {
        let bytes = Array(target.utf8)
        guard !bytes.isEmpty, bytes.count <= limit, !bytes.contains(0) else {
            throw ArchiveRefusal(text: "is a link to nothing that can be named")
        }
        guard bytes.first != slash else {
            throw ArchiveRefusal(text: "is a link to the absolute '\(target.abridged)'")
        }
        let steps = bytes.split(separator: slash)
        let climb = steps.prefix { $0 == up || $0 == here }
        guard !steps.dropFirst(climb.count).contains(up) else {
            throw ArchiveRefusal(text: "is a link that turns back behind a name, to '\(target.abridged)'")
        }
        guard climb.count(where: { $0 == up }) < words(name).count else {
            throw ArchiveRefusal(text: "is a link that leads outside, to '\(target.abridged)'")
        }
    }
}
