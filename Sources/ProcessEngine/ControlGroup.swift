import Basics
import Glibc
import StackModel

/// Where this machine mounts its control groups: a v2 hierarchy (with or without controllers) and v1 controllers.
struct ControlGroupMounts: Hashable, Sendable {
    /// The v2 hierarchy.
    let unified: String?
    /// Controllers the v2 hierarchy has.
    let unifiedControllers: Set<String>
    /// v1 controllers, each with its own hierarchy; `name=systemd` is the one systemd keeps its units in.
    let legacy: [String: String]

    private static let wanted: Set<String> = ["memory", "cpu", "name=systemd"]

    /// Every hierarchy there is for us.
    var all: [String] { [unified].compactMap { $0 } + legacy.values.sorted() }

    init() {
        self.init(mounts: Disk.text("/proc/self/mounts") ?? "") { Disk.text($0) ?? "" }
    }

    init(mounts: String, read: (String) -> String) {
        var unified: String?
        var legacy: [String: String] = [:]
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ").map(String.init)
            guard fields.count > 3 else { continue }
            if fields[2] == "cgroup2" { unified = unified ?? fields[1] }
            guard fields[2] == "cgroup" else { continue }
            for option in fields[3].split(separator: ",") where Self.wanted.contains(String(option)) {
                legacy[String(option)] = fields[1]
            }
        }
        self.unified = unified
        self.legacy = legacy
        let controllers = unified.map { read("\($0)/cgroup.controllers") } ?? ""
        self.unifiedControllers = Set(controllers.split { $0 == " " || $0 == "\n" }.map(String.init))
    }

    func has(_ controller: String) -> Bool { unifiedControllers.contains(controller) || legacy[controller] != nil }
}

/// The control groups of one replica: what it is limited to, and the one sure list of its processes.
///
/// Every file is written as far as the machine allows. `lacking` tells beforehand which limits have no controller,
/// `create` afterwards which limits the kernel did not take.
struct ControlGroup: Sendable {
    static let root = "slipway"
    private let mounts: ControlGroupMounts
    private let name: String

    init(_ folder: ReplicaFolder, mounts: ControlGroupMounts) {
        // Two homes on one machine may have a stack of the same name.
        let home = Digest(of: folder.stack.path).short
        self.name = "\(folder.stack.stack.stack).\(folder.stack.stack.environment).\(folder.id).\(home)"
        self.mounts = mounts
    }

    /// Limits that this machine cannot enforce, in words.
    static func lacking(for limits: Resources, mounts: ControlGroupMounts) -> [String] {
        let isRoot = geteuid() == 0
        var warnings: [String] = []
        if let memory = limits.memory, !isRoot || !mounts.has("memory") {
            warnings.append("the memory limit of \(memory) is not enforced: \(reason(isRoot, "memory"))")
        }
        if let cpu = limits.cpu, !isRoot || !mounts.has("cpu") {
            warnings.append("the cpu limit of \(cpu) is not enforced: \(reason(isRoot, "cpu"))")
        }
        return warnings
    }

    private static func reason(_ isRoot: Bool, _ controller: String) -> String {
        isRoot ? "this machine has no \(controller) control group" : "control groups need root"
    }

    /// What came of making the groups of a replica.
    struct Creation: Sendable {
        /// The `cgroup.procs` files the program has to enter.
        var entries: [String] = []
        /// Limits that are not in force, though the machine has a controller for them, in words.
        var failures: [String] = []
    }

    /// Makes the groups, sets the limits and reads them back. What cannot be made costs a limit, not the start.
    func create(_ limits: Resources) -> Creation {
        guard geteuid() == 0 else { return Creation() }
        enableControllers()
        let made = directories.filter { (try? Disk.makeDirectory($0, mode: 0o755)) != nil }
        apply(limits)
        weighTogether()
        return Creation(entries: made.map { "\($0)/cgroup.procs" }, failures: failures(of: limits))
    }

    private func failures(of limits: Resources) -> [String] {
        var failures: [String] = []
        if let memory = limits.memory, let file = memoryFile, !Self.holds(file, memory) {
            failures.append("the memory limit of \(memory) is not in force: \(Self.words(of: file))")
        }
        if let cpu = limits.cpu, let file = quotaFile, Self.value(of: file) != quotaText(of: limits) {
            failures.append("the cpu limit of \(cpu) is not in force: \(Self.words(of: file))")
        }
        return failures
    }

    /// The kernel keeps a limit in whole pages, which may be as large as 64 KiB.
    private static func holds(_ file: String, _ memory: ByteCount) -> Bool {
        guard let bytes = value(of: file).flatMap({ Int($0) }) else { return false }
        return bytes <= memory.bytes && bytes > memory.bytes - 65_536
    }

    private static func value(of file: String) -> String? { Disk.text(file)?.filter { $0 != "\n" } }

    private static func words(of file: String) -> String {
        value(of: file).map { "\(file) says \($0)" } ?? "\(file) cannot be read"
    }

    /// A starting replica gets a quarter of the processor time of a serving one, where the two compete.
    func setWeight(starting: Bool) {
        if mounts.unifiedControllers.contains("cpu"), let unified {
            Self.set("\(unified)/cpu.weight", starting ? "25" : "100")
        } else if let legacy = legacy("cpu") {
            Self.set("\(legacy)/cpu.shares", starting ? "256" : "1024")
        }
    }

    /// The file whose line `oom_kill <count>` says how many of its processes the kernel killed for want of memory.
    var memoryEvents: String? {
        mounts.unifiedControllers.contains("memory")
            ? unified.map { "\($0)/memory.events" }
            : legacy("memory").map { "\($0)/memory.oom_control" }
    }

    /// The `cgroup.procs` files of those that are there.
    var entrances: [String] { directories.map { "\($0)/cgroup.procs" }.filter { Disk.exists($0) } }

    /// Everything that runs in it; nil when the machine has no groups for us.
    var processes: [Int]? {
        for directory in directories {
            guard let text = Disk.text("\(directory)/cgroup.procs") else { continue }
            return text.split(separator: "\n").compactMap { Int($0) }
        }
        return nil
    }

    /// Kills everything in it in one stroke. False where the kernel cannot.
    func kill() -> Bool {
        killFile.map { Self.set($0, "1") } ?? false
    }

    /// The file that kills everything in it when a 1 is written to it (Linux 5.14); nil where there is none.
    var killFile: String? {
        unified.map { "\($0)/cgroup.kill" }.flatMap { Disk.exists($0) ? $0 : nil }
    }

    /// Nothing to do when it is gone; a group that still has processes stays.
    func remove() {
        for directory in directories { rmdir(directory) }
        weighTogether()
    }

    /// All replicas together weigh what they would weigh one by one. Without this they would share what a single
    /// process outside gets, and whoever compiles on the machine would starve them.
    private func weighTogether() {
        if mounts.unifiedControllers.contains("cpu"), let mount = mounts.unified {
            let parent = "\(mount)/\(Self.root)"
            Self.set("\(parent)/cpu.weight", "\(Self.weight(of: Self.count(in: parent), each: 100, atMost: 10_000))")
        } else if let mount = mounts.legacy["cpu"] {
            let parent = "\(mount)/\(Self.root)"
            Self.set("\(parent)/cpu.shares", "\(Self.weight(of: Self.count(in: parent), each: 1024, atMost: 262_144))")
        }
    }

    static func weight(of replicas: Int, each: Int, atMost most: Int) -> Int {
        min(max(replicas, 1), most / each) * each
    }

    private static func count(in parent: String) -> Int {
        Disk.list(parent).count { $0 != SupervisorGroup.name && Disk.isDirectory("\(parent)/\($0)") }
    }

    private var unified: String? { mounts.unified.map { "\($0)/\(Self.root)/\(name)" } }
    private func legacy(_ controller: String) -> String? {
        mounts.legacy[controller].map { "\($0)/\(Self.root)/\(name)" }
    }
    private var directories: [String] {
        var seen: [String] = []
        for directory in [unified, legacy("memory"), legacy("cpu")].compactMap({ $0 }) where !seen.contains(directory) {
            seen.append(directory)
        }
        return seen
    }

    private static let period = 100_000

    private var memoryFile: String? {
        if mounts.unifiedControllers.contains("memory"), let unified { return "\(unified)/memory.max" }
        return legacy("memory").map { "\($0)/memory.limit_in_bytes" }
    }

    private var quotaFile: String? {
        if mounts.unifiedControllers.contains("cpu"), let unified { return "\(unified)/cpu.max" }
        return legacy("cpu").map { "\($0)/cpu.cfs_quota_us" }
    }

    private func quotaText(of limits: Resources) -> String {
        let quota = limits.cpu.map { max(1000, $0.thousandths * Self.period / 1000) }
        if mounts.unifiedControllers.contains("cpu") { return "\(quota.map(String.init) ?? "max") \(Self.period)" }
        return "\(quota ?? -1)"
    }

    private func apply(_ limits: Resources) {
        let isUnified = mounts.unifiedControllers.contains("memory")
        if let memoryFile {
            Self.set(memoryFile, limits.memory.map { "\($0.bytes)" } ?? (isUnified ? "max" : "-1"))
        }
        // Without this a limit on memory only moves the replica to the swap.
        if isUnified, limits.memory != nil, let unified { Self.set("\(unified)/memory.swap.max", "0") }
        if let quotaFile { Self.set(quotaFile, quotaText(of: limits)) }
    }

    /// v2 hands a controller down only where every group above says so.
    private func enableControllers() {
        guard let mount = mounts.unified else { return }
        // What cannot be made shows when the limits are read back.
        try? Disk.makeDirectory("\(mount)/\(Self.root)", mode: 0o755)
        for controller in ["memory", "cpu"] where mounts.unifiedControllers.contains(controller) {
            Self.set("\(mount)/cgroup.subtree_control", "+\(controller)")
            Self.set("\(mount)/\(Self.root)/cgroup.subtree_control", "+\(controller)")
        }
    }

    @discardableResult
    private static func set(_ path: String, _ value: String) -> Bool {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return write(file, value, value.utf8.count) == value.utf8.count
    }
}
