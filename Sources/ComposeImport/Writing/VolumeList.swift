import StackModel
import StackSpec

/// The volumes that an app keeps.
struct VolumeList {
    let draft: Draft
    let translation: Translation

    private var report: Report { translation.report }

    func values() -> [SpecValue] {
        var names: Set<String> = []
        var paths: [String] = []
        return draft.mounts.compactMap { mount in
            guard let path = path(of: mount, beside: paths), let wish = name(of: mount) else { return nil }
            var name = wish
            var number = 2
            while !names.insert(name).inserted {
                name = "\(wish.prefix(36))-\(number)"
                number += 1
            }
            paths.append(path)
            return .map([SpecLine("name", .text(name)), SpecLine("path", .text(path))])
        }
    }

    /// Where containers see it; nil for what a spec has no volume at, after the reason was said.
    private func path(of mount: Mount, beside others: [String]) -> String? {
        guard mount.kind == .volume || isData(mount) else { return mount.target }
        guard let plain = translation.signs.plain(mount.target) else {
            leave(mount, "its place comes from a variable that has no default")
            return nil
        }
        let path = plain.count > 1 && plain.hasSuffix("/") ? String(plain.dropLast()) : plain
        if let hidden = MountPath.hidden(by: path) {
            leave(mount, "a volume there would hide \(hidden)")
        } else if !MountPath.isPlain(path) {
            leave(mount, "it is not the absolute path of a directory")
        } else if let other = others.first(where: { MountPath.contains($0, path) || MountPath.contains(path, $0) }) {
            leave(
                mount,
                "it lies in the volume at \(other), or that in it",
                help: "Give each volume a directory of its own."
            )
        } else {
            return path
        }
        return nil
    }

    /// What the volume is called; nil for what is not carried over, after the reason was said.
    private func name(of mount: Mount) -> String? {
        switch mount.kind {
        case .memory:
            leave(mount, "a rendered container has /tmp in memory and no other such folder")
            return nil
        case .folder: return folder(mount)
        case .volume:
            guard !mount.source.isEmpty else { return Self.name(from: mount.target) }
            let owner = translation.owner(of: mount.source)
            guard owner === draft else {
                leave(
                    mount,
                    "volumes belong to one service, and \(mount.source) is now \(owner?.name.text ?? "another")'s",
                    help: "Let the two share by way of an object store or a database, or let one program serve both."
                )
                return nil
            }
            report.changed(
                path(of: mount),
                at: mount.place,
                "a new volume, empty at first",
                help:
                    "Take the old data over before the first start: `docker compose create` in the rendered folder, then"
                    + " `docker compose cp --archive` from the old container and into the new one."
            )
            return ServiceNames.repaired(mount.source)
        }
    }

    /// A folder of the machine. What a data service writes there becomes a volume; everything else belongs into an image.
    private func folder(_ mount: Mount) -> String? {
        let target = mount.target
        if mount.source.hasSuffix("docker.sock") {
            leave(mount, "whoever has Docker's socket has the machine", help: "Let nothing of a stack have it.")
        } else if ["/etc/localtime", "/etc/timezone"].contains(target) {
            guard draft.variable("TZ") == nil else { return nil }
            leave(mount, "a file of the machine", help: "Where the time zone counts, set `TZ` in `env`.")
        } else if isData(mount) {
            let source = translation.signs.written(mount.source)
            report.changed(
                path(of: mount),
                at: mount.place,
                "the folder \(source) becomes a volume, which is empty at first",
                help:
                    "Copy it before the first start: `docker compose create` in the rendered folder, then, where the Compose "
                    + "file is, `docker compose --file rendered/compose.yaml cp --archive \(source)/. \(draft.name):\(target)`."
            )
            return Self.name(from: target)
        } else {
            let isCode = draft.isBuilt && translation.signs.plain(mount.source).map { !$0.hasPrefix("/") } == true
            let volume = "`volumes: [{name: \(Self.name(from: target)), path: \(target)}]`"
            leave(
                mount,
                "\(translation.signs.written(mount.source)) is a folder of the machine, and no part of a release",
                help: isCode
                    ? "The image has the files already."
                    : mount.isReadOnly || isFile(target)
                        ? "Put the files into the image, or the values into `env`."
                        : "What the program reads there belongs into the image, what it writes into a volume: \(volume)."
            )
        }
        return nil
    }

    /// A folder that a program from elsewhere writes to, told by its place.
    private func isData(_ mount: Mount) -> Bool {
        let target = mount.target.hasSuffix("/") ? String(mount.target.dropLast()) : mount.target
        guard mount.kind == .folder, !draft.isBuilt, !mount.isReadOnly, !isFile(target), mount.source != mount.target,
            !mount.source.hasSuffix("docker.sock")
        else { return false }
        return target.hasSuffix("/data") || target.hasPrefix("/data/") || target.hasPrefix("/var/lib/")
            || target == "/var/www/html"
    }

    private func isFile(_ target: String) -> Bool {
        target.split(separator: "/").last?.dropFirst().contains(".") == true
    }

    private func path(of mount: Mount) -> String { "\(draft.path).volumes (\(mount.target))" }

    private func leave(_ mount: Mount, _ reason: String, help: String? = nil) {
        report.leftOut(path(of: mount), at: mount.place, reason, help: help)
    }

    /// `/var/lib/mysql` is called mysql.
    private static func name(from target: String) -> String {
        ServiceNames.repaired(target.split(separator: "/").last.map(String.init) ?? "data")
    }
}
