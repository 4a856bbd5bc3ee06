import Basics
import StackModel

/// Reads the log of one replica number backwards from where it ended, so that its last lines cost no more than
/// themselves.
struct LogRewind: Sendable {
    let directory: String
    /// Oldest first; what was read is taken off the end.
    private var ends: [LogEnd]

    init(directory: String, from ends: [LogEnd]) {
        self.directory = directory
        self.ends = ends
    }

    /// The whole lines before those that were read, in their order; empty when there are none.
    mutating func readOn() -> [UInt8] {
        while let last = ends.last {
            let content = open(last.file)?.lines(before: last.end) ?? []
            guard !content.isEmpty else {
                ends.removeLast()
                continue
            }
            ends[ends.count - 1].end -= content.count
            return content
        }
        return []
    }

    /// By its number: `current` may have got another name meanwhile. The oldest one may be gone.
    private func open(_ id: UInt) -> LogFile? {
        for name in LogFiles.names(in: directory).reversed() {
            if let file = LogFile(directory, name), file.id == id { return file }
        }
        return nil
    }
}
