import Basics
import Glibc

/// A TCP port that something listens on.
struct ListeningSocket: Hashable, Sendable {
    let port: Int
    let inode: Int
}

/// The machine's listening TCP ports and whose they are.
enum Ports {
    /// True when a program could listen on it at this moment: at the host, or on every address where none is given.
    static func isFree(_ port: Int, at host: String? = nil) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        // Connections that are still winding down do not hold a port; a listener does.
        var reuse: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in(port: port, address: INADDR_ANY)
        // A name stands for no address of ours to look at: all of them then.
        if let host, inet_pton(AF_INET, host, &address.sin_addr) != 1 { address.sin_addr.s_addr = INADDR_ANY }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        } == 0
    }

    static func listening() -> [ListeningSocket] {
        ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { path in
            (Disk.text(path) ?? "").split(separator: "\n").dropFirst().compactMap(socket)
        }
    }

    /// The process that listens on a port; nil when none does, or none that we may look into.
    static func holder(of port: Int) -> ProcessEntry? {
        let inodes = Set(listening().filter { $0.port == port }.map(\.inode))
        guard !inodes.isEmpty else { return nil }
        let owners = Disk.list("/proc").compactMap { Int($0) }.filter { !self.inodes(of: $0).isDisjoint(with: inodes) }
        // Of a program that forked, the oldest.
        return owners.compactMap { ProcessEntry($0) }.min { ($0.startTicks, $0.id) < ($1.startTicks, $1.id) }
    }

    /// The ports that any of the processes listens on. Sorted.
    static func listened(by processes: [Int]) -> [Int] {
        let inodes = processes.reduce(into: Set<Int>()) { $0.formUnion(self.inodes(of: $1)) }
        return Set(listening().filter { inodes.contains($0.inode) }.map(\.port)).sorted()
    }

    /// Thrown when a fixed port is held by somebody else, who is named and left alone.
    /// - Parameter isAllotted: the engine chose the port and can choose another.
    static func taken(_ port: Int, by holder: ProcessEntry?, isAllotted: Bool = false) -> ReportableError {
        guard let holder else {
            return ReportableError(
                .portTaken,
                "port \(port) is held by a process that cannot be looked into",
                hint: "See who it is with `ss -ltnp sport = :\(port)` as root."
            )
        }
        return ReportableError(
            .portTaken,
            "port \(port) is held by process \(holder.id) (\(holder.commandLine))",
            hint: isAllotted
                ? "Stop that process, or deploy again: the service then gets another port."
                : "Stop that process or give the service another port."
        )
    }

    private static func inodes(of process: Int) -> Set<Int> {
        var inodes: Set<Int> = []
        for name in Disk.list("/proc/\(process)/fd") {
            var buffer = [CChar](repeating: 0, count: 64)
            let count = readlink("/proc/\(process)/fd/\(name)", &buffer, buffer.count)
            guard count > 9 else { continue }
            let target = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard target.hasPrefix("socket:["), let inode = Int(target.dropFirst(8).dropLast()) else { continue }
            inodes.insert(inode)
        }
        return inodes
    }

    /// A line of `/proc/net/tcp`: the second field ends in the port, the fourth is the state (0A: listening).
    private static func socket(_ line: Substring) -> ListeningSocket? {
        let fields = line.split(separator: " ")
        guard fields.count > 9, fields[3] == "0A", let colon = fields[1].lastIndex(of: ":"),
            let port = Int(fields[1][fields[1].index(after: colon)...], radix: 16), let inode = Int(fields[9])
        else { return nil }
        return ListeningSocket(port: port, inode: inode)
    }
}

extension sockaddr_in {
    /// An IPv4 address and port, both given in the machine's byte order.
    init(port: Int, address: UInt32) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        sin_addr = in_addr(s_addr: address.bigEndian)
    }
}
