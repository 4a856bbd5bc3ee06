import Basics
import Interfaces

/// Where things are in a vault (docs/design/vault-format.md).
enum VaultLayout {
    static let description = name("vault.json")
    static let lease = name("lease.json")
    static let guide = name("RESTORE.md")
    static let script = name("restore.sh")
    static let sets = "sets/"
    static let pins = "pins/"
    /// The last word of the name of a manifest.
    static let manifest = "MANIFEST.json"

    /// The folder of a set or, of a series, that of all its sets.
    static func folder(_ id: some CustomStringConvertible) -> String { "\(sets)\(id)/" }
    static func blob(_ word: String, of id: SetID) -> BlobName { name("\(sets)\(id)/\(word)") }
    static func manifest(of id: SetID) -> BlobName { blob(manifest, of: id) }
    static func pin(of id: SetID) -> BlobName { name("\(pins)\(id).json") }
    static func marks(_ kind: SetMark.Kind) -> String { "log/\(kind.rawValue)/" }
    static func mark(_ kind: SetMark.Kind, of id: SetID) -> BlobName { name("\(marks(kind))\(id).json") }
    static let prunings = "log/pruned/"
    static func pruning(of id: SetID) -> BlobName { name("\(prunings)\(id).json") }

    /// The set that a file below `prefix` is about; nil for a name that is none of ours.
    static func set(of blob: BlobName, below prefix: String) -> SetID? {
        guard blob.text.hasPrefix(prefix), blob.text.hasSuffix(".json") else { return nil }
        return SetID(String(blob.text.dropFirst(prefix.count).dropLast(5)))
    }

    /// - Precondition: the text is a name; it is made of words that are checked to be parts of one.
    private static func name(_ text: String) -> BlobName {
        guard let name = BlobName(text) else { preconditionFailure("\(text) is no name for a blob") }
        return name
    }
}
