import Basics

/// Reads what a Redis has appended to its file, as far as to see where whole commands end and when they were written.
///
/// With `aof-timestamp-enabled` the server writes `#TS:` and the second before the first command of each second. A
/// transaction ends with its `EXEC`: nobody may see half of one.
struct AppendScan: Sendable {
    /// Behind the last whole command, or transaction, in bytes from the beginning of the file.
    private(set) var border: Int
    /// The last second that was named before that border: whatever was written before that second is before it.
    private(set) var second: Int?
    /// Where a second begins that is later than what is wanted; nil while none does.
    private(set) var cut: Int?

    private let last: Int
    private var position: Int
    /// A line that is not whole yet.
    private var line: [UInt8] = []
    /// Of an argument and the end of its line.
    private var left = 0
    /// Of a command.
    private var arguments = 0
    /// The only argument of a command.
    private var word: [UInt8]?
    private var named: Int?
    private var isInTransaction = false

    private static let longestLine = 1024
    private static let (multi, exec) = (Array("MULTI\r\n".utf8), Array("EXEC\r\n".utf8))

    /// - Parameters:
    ///   - start: of what is fed, in the file; where a command begins.
    ///   - last: the last second that is wanted.
    init(from start: Int, through last: Int = .max) {
        (border, position, self.last) = (start, start, last)
    }

    /// Throws `engineFailed` for what is no append-only file.
    mutating func feed(_ bytes: [UInt8]) throws(ReportableError) {
        var index = 0
        while index < bytes.count {
            if left > 0 {
                let count = min(left, bytes.count - index)
                if let known = word, known.count < 8 {
                    word = known + bytes[index..<min(index + count, index + 8 - known.count)]
                }
                left -= count
                position += count
                index += count
                if left == 0 { endArgument() }
            } else {
                let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex - 1
                line += bytes[index...end]
                position += end + 1 - index
                index = end + 1
                if line.last == UInt8(ascii: "\n") { try endLine() }
                guard line.count < Self.longestLine else { throw wrong() }
            }
        }
    }

    private mutating func endLine() throws(ReportableError) {
        let number = Self.number(line)
        switch line.first {
        case UInt8(ascii: "#") where arguments == 0:
            if line.starts(with: Array("#TS:".utf8)) {
                guard let number else { throw wrong() }
                if number > last, cut == nil { cut = border }
                named = number
            }
            reachBorder()
        case UInt8(ascii: "*") where arguments == 0:
            guard let number, number > 0 else { throw wrong() }
            arguments = number
            word = number == 1 ? [] : nil
        case UInt8(ascii: "$") where arguments > 0:
            guard let number else { throw wrong() }
            left = number + 2
        default: throw wrong()
        }
        line = []
    }

    private mutating func endArgument() {
        arguments -= 1
        guard arguments == 0 else { return }
        if let word {
            let name = word.map { (97...122).contains($0) ? $0 - 32 : $0 }
            if name == Self.multi { isInTransaction = true }
            if name == Self.exec { isInTransaction = false }
        }
        reachBorder()
    }

    private mutating func reachBorder() {
        guard !isInTransaction else { return }
        border = position
        second = named ?? second
    }

    /// The digits up to the end of the line.
    private static func number(_ line: [UInt8]) -> Int? {
        let digits = line.drop { !(48...57).contains($0) }.dropLast(2)
        guard line.suffix(2) == [13, 10], (1...15).contains(digits.count) else { return nil }
        return digits.allSatisfy { (48...57).contains($0) } ? digits.reduce(0) { $0 * 10 + Int($1 - 48) } : nil
    }

    private func wrong() -> ReportableError {
        ReportableError(.engineFailed, "what stands at byte \(position) of an append-only file is no command")
    }
}
