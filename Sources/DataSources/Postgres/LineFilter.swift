import Basics
import Interfaces
import Synchronization

/// A text without the lines that say one thing, as it passes by. Lines are short: nothing of a text of roles is held for
/// longer than to its end.
final class LineFilter: Sendable {
    private let source: ByteStream
    private let unwanted: [UInt8]
    private let rest = Mutex<[UInt8]>([])

    init(of source: ByteStream, without line: String) {
        self.source = source
        self.unwanted = Array(line.utf8)
    }

    var content: ByteStream {
        ByteStream { () throws(ReportableError) in
            while let piece = try await self.source.next() {
                let lines = self.take(piece)
                if !lines.isEmpty { return lines }
            }
            let rest = self.rest.withLock { rest in
                defer { rest = [] }
                return rest == self.unwanted ? [] : rest
            }
            return rest.isEmpty ? nil : rest
        }
    }

    /// The whole lines that are wanted.
    private func take(_ piece: [UInt8]) -> [UInt8] {
        rest.withLock { rest in
            rest += piece
            guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
            let whole = rest[...end]
            rest = Array(rest[(end + 1)...])
            let lines = whole.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
            return Array(lines.filter { !$0.elementsEqual(unwanted) }.map { $0 + [UInt8(ascii: "\n")] }.joined())
        }
    }
}
