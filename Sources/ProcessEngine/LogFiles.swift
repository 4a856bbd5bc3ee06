import Basics
import Interfaces
import StackModel

/// The log of one replica number as `s6-log` keeps it: `current` and the rotated `@...` files, oldest first.
struct LogFiles: Sendable {
    let folder: ReplicaFolder

    init(_ folder: ReplicaFolder) {
        self.folder = folder
    }

    /// The names of a log's files, oldest first, without rotated ones that ended before `since`. Those are named by
    /// TAI64N labels, so that their order is that of time; `current` comes last.
    static func names(in directory: String, since: Instant? = nil) -> [String] {
        let rotated = Disk.list(directory).filter { name in
            guard let label = TAI64N(text: Array(name.utf8.prefix(25))) else { return false }
            return since.map { label.instant >= $0 } ?? true
        }
        return rotated + ["current"]
    }

    /// The last lines of the newest file; a rotated one is asked only when that is too short.
    func last(_ count: Int) -> [LogLine] {
        var lines: [LogLine] = []
        for name in Self.names(in: folder.logs).reversed() where lines.count < count {
            let content = Disk.read("\(folder.logs)/\(name)", last: 1 << 16)
            let piece = Self.lines(in: content ?? [], of: folder.id)
            lines = piece.suffix(count - lines.count) + lines
        }
        return lines
    }

    /// Lines begin with their time; a piece of a line at the beginning has none and is dropped.
    static func lines(in content: [UInt8], of replica: ReplicaID, since: Instant? = nil) -> [LogLine] {
        content.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let time = time(of: line), since.map({ time >= $0 }) ?? true else { return nil }
            return LogLine(time: time, replica: replica, text: LogText.printable(line.dropFirst(26)))
        }
    }

    /// The time that a line begins with.
    static func time(of line: ArraySlice<UInt8>) -> Instant? {
        line.count >= 26 ? TAI64N(text: line.prefix(25))?.instant : nil
    }
}

/// Makes bytes that a program wrote safe to print: bad UTF-8 becomes U+FFFD, control characters are escaped.
enum LogText {
    static func printable(_ bytes: some Collection<UInt8>) -> String {
        // Most lines are plain.
        if bytes.allSatisfy({ (32..<127).contains($0) }) { return String(decoding: bytes, as: UTF8.self) }
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 9: text += "\t"
            case 0..<32, 127..<160: text += "\\u{\(String(scalar.value, radix: 16))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
