import Glibc
import StackModel

/// One process as `/proc` shows it.
struct ProcessEntry: Hashable, Sendable {
    let id: Int
    let parent: Int
    let group: Int
    let session: Int
    /// Clock ticks after boot: together with the id it names a process for good.
    let startTicks: Int
    /// Ended, but not yet collected by its parent.
    let isZombie: Bool

    /// nil when there is no such process.
    init?(_ id: Int) {
        guard let text = Disk.text("/proc/\(id)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let parent = Int(fields[1]), let group = Int(fields[2]), let session = Int(fields[3]),
            let startTicks = Int(fields[19])
        else { return nil }
        self.id = id
        self.parent = parent
        self.group = group
        self.session = session
        self.startTicks = startTicks
        self.isZombie = fields[0] == "Z" || fields[0] == "X"
    }

    /// Empty words are left out.
    var arguments: [String] {
        let bytes = Disk.read("/proc/\(id)/cmdline") ?? []
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The argument vector as a person would read it, cut at 80 characters.
    var commandLine: String {
        let words = arguments
        let text =
            words.isEmpty ? Disk.text("/proc/\(id)/comm")?.filter { $0 != "\n" } ?? "" : words.joined(separator: " ")
        return text.count > 80 ? text.prefix(79) + "…" : text
    }

    /// When it started, by the wall clock; good to a second.
    var startedAt: Instant? {
        let lines = Disk.text("/proc/stat")?.split(separator: "\n") ?? []
        guard let line = lines.first(where: { $0.hasPrefix("btime ") }), let boot = Int(line.dropFirst(6)) else {
            return nil
        }
        return Instant(milliseconds: boot * 1000 + startTicks * 1000 / Int(sysconf(Int32(_SC_CLK_TCK))))
    }
}

/// All processes at one moment.
struct ProcessTable: Sendable {
    let entries: [ProcessEntry]

    init() {
        entries = Disk.list("/proc").compactMap { Int($0) }.compactMap { ProcessEntry($0) }
    }

    /// A process, its descendants, and whatever shares a session with it.
    func tree(of root: Int) -> [ProcessEntry] {
        var found: Set<Int> = [root]
        var grew = true
        while grew {
            let more = entries.filter { !found.contains($0.id) && (found.contains($0.parent) || $0.session == root) }
            grew = !more.isEmpty
            found.formUnion(more.map(\.id))
        }
        return entries.filter { found.contains($0.id) && !$0.isZombie }
    }

    /// The processes that were born with a variable, wherever they went since. Sees only those we may look into.
    func carrying(_ variable: String) -> [ProcessEntry] {
        let wanted = Array(variable.utf8)
        return entries.filter { entry in
            guard !entry.isZombie, let environment = Disk.read("/proc/\(entry.id)/environ") else { return false }
            return environment.split(separator: 0).contains { $0.elementsEqual(wanted) }
        }
    }
}
