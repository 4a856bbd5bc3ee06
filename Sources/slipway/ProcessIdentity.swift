import FoundationEssentials
import Glibc
import StackModel

/// Who this process is, and who started it.
enum ProcessIdentity {
    static var own: OwnerID {
        OwnerID(
            bootID: firstLine(of: "/proc/sys/kernel/random/boot_id"),
            processID: Int(getpid()),
            startTicks: startTicks(firstLine(of: "/proc/self/stat"))
        )
    }

    /// Whether a process that wrote its name into the ledger is still the one of that number. One of another boot is
    /// gone for certain.
    static func isAlive(_ owner: OwnerID) -> Bool {
        owner.bootID == firstLine(of: "/proc/sys/kernel/random/boot_id")
            && owner.startTicks == startTicks(firstLine(of: "/proc/\(owner.processID)/stat"))
    }

    /// What others know this machine as.
    static var machine: String { firstLine(of: "/proc/sys/kernel/hostname") }

    /// As leases name it: two machines may have one name.
    static var distinctMachine: String { "\(machine) (\(firstLine(of: "/etc/machine-id").prefix(12)))" }

    /// `maria@db-1`; behind sudo the person, not root.
    static func actor(_ variables: [String: String]) -> String {
        let user = variables["SUDO_USER"] ?? getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) }
        return "\(user ?? "uid-\(getuid())")@\(machine)"
    }

    /// Field 22; the second field is in parentheses and may itself hold spaces.
    private static func startTicks(_ stat: String) -> Int {
        guard let end = stat.lastIndex(of: ")") else { return 0 }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? Int(fields[19]) ?? 0 : 0
    }

    private static func firstLine(of path: String) -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return "" }
        return text.split(separator: "\n").first.map(String.init) ?? ""
    }
}
