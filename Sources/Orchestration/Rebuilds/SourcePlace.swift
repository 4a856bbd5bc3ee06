import Basics
import StackModel

/// Where in the folder of a rebuilt stack a source is laid: where the spec says, if that is a folder of its own beside it.
///
/// Paths are taken apart as the system does, by their bytes: to Swift's characters a slash that an accent follows is no
/// slash.
struct SourcePlace {
    /// Relative to the folder.
    let path: String
    /// What a person has to know of it before the next deploy.
    let gap: RebuildGap?

    /// - Parameter laid: what lies there already.
    init(of source: String, for service: ServiceName, _ digest: Digest, _ laid: [String: Digest]) {
        let bytes = Array(source.utf8)
        let slash = UInt8(ascii: "/")
        let words = bytes.split(separator: slash).filter { $0 != [UInt8(ascii: ".")] }
        let place = Array(words.joined(separator: [slash]))
        let isOwn =
            bytes.first != slash && !words.isEmpty && !words.contains(Array("..".utf8)[...])
            && words.first != Array(SavedConfiguration.spec.utf8)[...]
        let isFree = laid.allSatisfy { other, content in
            let other = Array(other.utf8)
            if other == place { return content == digest }
            return !other.starts(with: place + [slash]) && !place.starts(with: other + [slash])
        }
        guard isOwn && isFree else {
            path = "sources-of-\(service)"
            gap = RebuildGap(
                service: service,
                text: "has its source in ./\(path) there: write that in its spec, which says \(source.abridged)",
                isLoss: false
            )
            return
        }
        (path, gap) = (String(decoding: place, as: UTF8.self), nil)
    }
}
