import Basics
import Glibc
import StackModel

/// One end of a replica's program, as its finish script wrote it down.
struct ReplicaExit: Hashable, Sendable {
    let at: Instant
    /// nil when a signal ended it.
    let code: Int?
    let signal: Int?

    /// `exited with status 3`, `was killed by signal 9 (Killed)`.
    var cause: String {
        if let signal {
            return "was killed by signal \(signal) (\(String(cString: strsignal(Int32(signal)))))"
        }
        switch code {
        case 126: return "could not be executed (status 126)"
        case 127: return "was not found when it was to be executed (status 127)"
        default: return "exited with status \(code ?? 0)"
        }
    }
}

/// All ends of a replica's program since it was started, oldest first.
struct ExitLog: Hashable, Sendable {
    let exits: [ReplicaExit]

    init(_ folder: ReplicaFolder) {
        self.init(text: Disk.text(folder.exits) ?? "")
    }

    /// One line per end: milliseconds, exit code (256 for a signal), signal.
    init(text: String) {
        exits = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ").compactMap { Int($0) }
            guard fields.count >= 3 else { return nil }
            let signalled = fields[1] == 256
            return ReplicaExit(
                at: Instant(milliseconds: fields[0]),
                code: signalled ? nil : fields[1],
                signal: signalled ? fields[2] : nil
            )
        }
    }

    func count(within span: TimeSpan, of now: Instant) -> Int {
        exits.count { $0.at.elapsed(until: now) <= span }
    }
}
