import Basics
import StackModel

enum VolumeKeys {
    static let defaultStorage = ByteCount(bytes: 1 << 30)

    static let name = Key<VolumeName>(
        "name",
        .name,
        isRequired: true,
        synonyms: ["source", "volume"],
        "What the app calls it: `${volume:NAME}` is the directory as the app sees it."
    )
    static let path = Key<String>(
        "path",
        .mountPath,
        isRequired: true,
        synonyms: ["target", "mountPath", "mount", "destination", "directory"],
        "Where containers see it. On the process engine it is a directory below `$SLIPWAY_HOME`: say `${volume:NAME}`."
    )
    static let storage = Key<ByteCount>(
        "storage",
        .size(atLeast: ByteCount(bytes: 1 << 20)),
        default: "\(defaultStorage)",
        synonyms: ["size", "capacity", "disk"],
        "How much space it gets. Only Kubernetes keeps to it."
    )

    static let table = KeyTable(
        title: "volume",
        meaning: "A directory that outlives replicas and releases. All replicas of the app share it.",
        rules: [name.rule, path.rule, storage.rule]
    )
}

extension ValueType where Value == AppVolume {
    static var volume: ValueType {
        let table = ValueType.table(VolumeKeys.table) { fields in
            let (name, path, storage) = (fields[VolumeKeys.name], fields[VolumeKeys.path], fields[VolumeKeys.storage])
            guard let name, let path else { return nil }
            return AppVolume(name: name, path: path, storage: storage ?? VolumeKeys.defaultStorage)
        }
        return ValueType(shape: table.shape) { node, key, reading in
            guard case .scalar(let scalar) = node.content else { return table.read(node, key, reading) }
            return reading.refuse(node, key, wanted: "a map", help: help(for: scalar.text))
        }
    }

    /// What `uploads:/srv/uploads`, as Compose has it, is here.
    private static func help(for text: String) -> String {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1, parts[1].hasPrefix("/") else { return "Write {name: uploads, path: /srv/uploads}." }
        guard [".", "/", "~"].contains(where: { parts[0].hasPrefix($0) }) else {
            return "Write {name: \(NameRule.repaired(parts[0]) ?? "uploads"), path: \(parts[1])}."
        }
        return "A folder of the machine is not mounted: what the program reads belongs into its image or source."
    }
}

extension ValueType where Value == String {
    /// A directory of an app's own in a container.
    static var mountPath: ValueType {
        let words = "an absolute path such as /srv/uploads"
        let shape = Shape.text(pattern: "^(/(?!\\.{1,2}(/|$))[^/:\\s]+)+$", words: words)
        return ValueType(shape: shape) { node, key, reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            guard text == "/" || MountPath.isPlain(text) else {
                let meant = MountPath.repaired(text)
                return reading.refuse(node, key, wanted: words, help: meant.map { "Did you mean \($0)?" })
            }
            guard let hidden = MountPath.hidden(by: text) else { return text }
            let name = text.split(separator: "/").last.map(String.init) ?? "data"
            reading.findings.error(
                "\(key) \(text) would hide \(hidden == text ? "what a container has there" : "a part of \(hidden)")",
                at: node.place,
                help: "Choose a directory of the app's own, such as /srv/\(name)."
            )
            return nil
        }
    }
}

/// Where a volume can be.
enum MountPath {
    /// Nothing below these, or in their place: programs, libraries, and what the kernel and our own mounts show there.
    private static let closed = [
        "/bin", "/boot", "/dev", "/lib", "/lib32", "/lib64", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr/bin",
        "/usr/lib", "/usr/sbin", "/var/run",
    ]
    /// Nothing in place of these; a directory below is fine.
    private static let kept = ["/", "/etc", "/usr", "/usr/local", "/var"]

    /// Absolute, and written in the one way there is.
    static func isPlain(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count > 1 && parts[0].isEmpty
            && parts.dropFirst().allSatisfy { !["", ".", ".."].contains($0) && $0.unicodeScalars.allSatisfy(isPlain) }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value > 0x20 && scalar.value != 0x7F && scalar != ":" && !scalar.properties.isWhitespace
    }

    /// The path that was probably meant.
    static func repaired(_ text: String) -> String? {
        var parts: [Substring] = []
        for part in text.split(separator: "/") where part != "." {
            if part != ".." { parts.append(part) } else if parts.popLast() == nil { return nil }
        }
        let path = "/" + parts.joined(separator: "/")
        return isPlain(path) && hidden(by: path) == nil ? path : nil
    }

    /// The directory of the system that a volume at this path would take the place of; nil when there is none.
    static func hidden(by path: String) -> String? {
        kept.first { $0 == path } ?? closed.first { contains($0, path) }
    }

    /// Whether a path is that of a directory, or below it.
    static func contains(_ directory: String, _ path: String) -> Bool {
        path == directory || path.hasPrefix("\(directory)/")
    }
}
