import Basics
import StackModel

/// What `s6-supervise` last wrote about the program it supervises (`supervise/status`, s6 2.11: 35 bytes).
///
/// True only while the supervisor lives; after a reboot or a kill it is a memory.
struct SupervisorStatus: Hashable, Sendable {
    /// When the program last went up or down.
    let since: Instant
    /// nil while nothing runs.
    let processID: Int?

    init?(folder: String) {
        guard let bytes = Disk.read("\(folder)/supervise/status") else { return nil }
        self.init(bytes: bytes)
    }

    /// Two 12-byte TAI64N labels, the process id (8 bytes), the wait status (2 bytes), flags.
    init?(bytes: [UInt8]) {
        guard bytes.count >= 35, let since = TAI64N(bytes: bytes[0..<12]) else { return nil }
        self.since = since.instant
        let processID = bytes[24..<32].reduce(0) { ($0 << 8) | Int($1) }
        let flags = bytes[bytes.count - 1]
        // A finish script that runs is not the program.
        let isFinishing = flags & 2 != 0
        self.processID = processID > 0 && !isFinishing ? processID : nil
    }
}
