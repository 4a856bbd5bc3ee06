/// A file of the write-ahead log of a Postgres. Its name says which timeline it is of and how many were before it.
package struct LogSegment: Hashable, Comparable, Sendable {
    package let timeline: Int
    package let number: Int
    /// Of every segment of the cluster: a power of two from 1 MiB to 1 GiB.
    package let bytes: Int

    package init(timeline: Int, number: Int, bytes: Int) {
        self.timeline = timeline
        self.number = number
        self.bytes = bytes
    }

    /// nil for what is no whole segment: histories, labels of backups, what is half written.
    package init?(_ name: String, bytes: Int) {
        guard bytes >= 1 << 20, bytes <= 1 << 30, bytes & (bytes - 1) == 0 else { return nil }
        let letters = Array(name.utf8)
        guard letters.count == 24, letters.allSatisfy(Self.isDigit) else { return nil }
        let words = [0, 8, 16].map { Int(String(decoding: letters[$0..<($0 + 8)], as: UTF8.self), radix: 16) ?? 0 }
        guard words[0] > 0, words[2] < Self.perFile(bytes) else { return nil }
        self.init(timeline: words[0], number: words[1] * Self.perFile(bytes) + words[2], bytes: bytes)
    }

    package var name: String {
        let count = Self.perFile(bytes)
        return [timeline, number / count, number % count].map { word in
            let digits = String(word, radix: 16, uppercase: true)
            return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
        }.joined()
    }

    package static func < (left: LogSegment, right: LogSegment) -> Bool {
        (left.timeline, left.number) < (right.timeline, right.number)
    }

    /// Segments in their order, cut where one is missing and where a part would be too large.
    package static func runs(of segments: [LogSegment], atMost limit: Int) -> [[LogSegment]] {
        segments.reduce(into: []) { runs, segment in
            if let last = runs.last?.last, last.number + 1 == segment.number, last.timeline == segment.timeline,
                runs[runs.count - 1].count < limit
            {
                runs[runs.count - 1].append(segment)
            } else {
                runs.append([segment])
            }
        }
    }

    /// Segments of what Postgres counts as one file of 4 GiB.
    private static func perFile(_ bytes: Int) -> Int { (1 << 32) / bytes }

    private static func isDigit(_ letter: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(letter)
            || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(letter)
    }
}
