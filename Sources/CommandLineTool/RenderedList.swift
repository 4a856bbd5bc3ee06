import Basics
import Manifests
import StackModel

/// What a set of rendered files is of. A folder holds one at a time.
struct RenderedSet: Equatable {
    var target: String
    var stack: String
    var environment: String

    init(target: String, stack: String, environment: String) {
        (self.target, self.stack, self.environment) = (target, stack, environment)
    }

    init(_ target: ManifestTarget, of stack: StackID) {
        self.init(target: target.rawValue, stack: stack.stack.text, environment: stack.environment.text)
    }

    var words: String { "the \(target) files of \(stack)/\(environment)" }
}

/// The list in a folder of rendered files: which of them are Slipway's, what it wrote into them, and what they are of.
///
/// Its lines are those of `sha256sum`, so that `sha256sum -c .slipway-rendered` tells which were changed.
struct RenderedList {
    static let name = ".slipway-rendered"

    /// Nil in a list that does not say it.
    var set: RenderedSet?
    /// The contents that each file may have by Slipway's hand: the last one, and the next one while that is written.
    /// Nil among them is any content: a list from before contents were recorded names files alone.
    private(set) var contents: [String: Set<Digest?>] = [:]

    init(of set: RenderedSet, _ files: [ManifestFile] = []) {
        self.set = set
        for file in files { add(file) }
    }

    /// Lines that name nothing in the folder are passed over: the list may come from a stranger.
    init(reading text: String) {
        var words: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("#") {
                let parts = line.dropFirst().split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                words[parts[0].filter { $0 != " " }] = parts[1].filter { $0 != " " }
            } else {
                let (digest, path) = Self.entry(line)
                if !Self.isForeign(path) { contents[path, default: []].insert(digest) }
            }
        }
        guard let target = words["target"], let stack = words["stack"], let environment = words["environment"] else {
            return
        }
        set = RenderedSet(target: target, stack: stack, environment: environment)
    }

    mutating func add(_ file: ManifestFile) { contents[file.path, default: []].insert(Digest(of: file.content)) }

    /// What another list knows, in addition.
    mutating func add(_ other: RenderedList) {
        contents.merge(other.contents) { $0.union($1) }
    }

    /// Whether somebody else wrote this content into a file of Slipway's.
    func isChanged(_ path: String, holding content: String) -> Bool {
        guard let known = contents[path], !known.contains(nil) else { return false }
        return !known.contains(Digest(of: content))
    }

    var text: String {
        var text = "# The files of this folder that `slipway render` writes, and may replace or remove.\n"
        if let set {
            text += "# target: \(set.target)\n# stack: \(set.stack)\n# environment: \(set.environment)\n"
        }
        for (path, digests) in contents.sorted(by: { $0.key < $1.key }) {
            let lines = digests.map { digest in digest.map { "\($0.hex)  \(path)\n" } ?? "\(path)\n" }
            text += lines.sorted().joined()
        }
        return text
    }

    /// `<sha256>  <path>`, or the path alone.
    private static func entry(_ line: Substring) -> (Digest?, String) {
        let parts = line.split(separator: "  ", maxSplits: 1)
        guard parts.count == 2, let digest = Digest(hex: String(parts[0])) else { return (nil, String(line)) }
        return (digest, String(parts[1]))
    }

    /// What leads out of the folder, and what `secrets.sh` makes, is nobody's.
    private static func isForeign(_ file: String) -> Bool {
        let parts = file.split(separator: "/")
        return file.hasPrefix("/") || parts.contains("..") || parts.first == "secrets" || parts == [".env"]
    }
}
