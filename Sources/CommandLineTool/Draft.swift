import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#endif

/// A file while it is written, beside the one whose place it takes: `compose.yaml.slipway-4711-1` of process 4711.
enum Draft {
    private static let mark = ".slipway-"

    /// A name that nothing has. Another process that writes here has another number.
    static func name(for file: String) -> String {
        var number = 1
        while isTaken("\(file)\(mark)\(getpid())-\(number)") { number += 1 }
        return "\(file)\(mark)\(getpid())-\(number)"
    }

    /// What processes that were killed have left beside these files of a folder.
    static func removeLeftOvers(of files: [String], in folder: String) {
        var names: [Substring: Set<Substring>] = [:]
        for file in files {
            let cut = file.lastIndex(of: "/") ?? file.startIndex
            names[file[..<cut], default: []].insert(file[cut...].drop { $0 == "/" })
        }
        for (inner, names) in names {
            let place = inner.isEmpty ? folder : "\(folder)/\(inner)"
            for found in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? [] {
                guard let mark = found.ranges(of: mark).last, names.contains(found[..<mark.lowerBound]),
                    isLeftOver(found[mark.upperBound...])
                else { continue }
                unlink("\(place)/\(found)")
            }
        }
    }

    /// Whether the process of `4711-1` is gone.
    private static func isLeftOver(_ end: Substring) -> Bool {
        let numbers = end.split(separator: "-", omittingEmptySubsequences: false).map { pid_t($0) }
        guard numbers.count == 2, let process = numbers[0], process > 0, numbers[1] != nil else { return false }
        return kill(process, 0) != 0 && errno == ESRCH
    }

    /// Whether anything has the name, be it a link that leads nowhere.
    static func isTaken(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }
}
