import Basics
import Glibc
import StackModel

/// One end of a replica's program, as its finish script wrote it down.
struct ReplicaExit: Hashable, Sendable {
    let at: Instant
    /// nil when a signal ended it.
    let code: Int?
    let signal: Int?
    /// The kernel killed it for want of memory, and not merely somebody at some time before.
    let ranOutOfMemory: Bool

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

/// The last ends of a replica's program since it was started, oldest first.
struct ExitLog: Hashable, Sendable {
    /// Ends that follow each other within this are ends in a row. Longer than the longest pause of `FinishScript`.
    static let gap = TimeSpan.seconds(90)
    /// So many ends in a row are a crash loop.
    static let loop = 3

    let exits: [ReplicaExit]

    init(_ folder: ReplicaFolder) {
        self.init(text: Disk.text(folder.exits) ?? "")
    }

    /// One line per end: milliseconds, exit code (256 for a signal), signal, kills for want of memory so far.
    init(text: String) {
        var exits: [ReplicaExit] = []
        var killsBefore = 0
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ").compactMap { Int($0) }
            guard fields.count >= 4 else { continue }
            let isSignalled = fields[1] == 256
            let isKilled = isSignalled ? fields[2] == 9 : fields[1] == 137
            exits.append(
                ReplicaExit(
                    at: Instant(milliseconds: fields[0]),
                    code: isSignalled ? nil : fields[1],
                    signal: isSignalled ? fields[2] : nil,
                    ranOutOfMemory: isKilled && fields[3] > killsBefore
                )
            )
            killsBefore = fields[3]
        }
        self.exits = exits
    }

    /// How many ends in a row there were up to now; 0 when the program has run for long enough since.
    func streak(at now: Instant) -> Int {
        var (streak, later) = (0, now)
        for exit in exits.reversed() {
            guard exit.at.elapsed(until: later) <= Self.gap else { break }
            (streak, later) = (streak + 1, exit.at)
        }
        return streak
    }

    func count(within span: TimeSpan, of now: Instant) -> Int {
        exits.count { $0.at.elapsed(until: now) <= span }
    }
}
