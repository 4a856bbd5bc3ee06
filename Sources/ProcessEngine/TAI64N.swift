import StackModel

/// A moment as s6 writes it: seconds of atomic time with an offset of 2^62, then nanoseconds.
struct TAI64N: Hashable, Sendable {
    let instant: Instant

    /// s6 built for UTC system clocks adds 10 s and the leap seconds it knows of; both directions of Debian's s6 use
    /// the table's current 27.
    private static let offset = (1 << 62) + 37

    /// Reads the twelve bytes of a packed label.
    init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == 12 else { return nil }
        let seconds = bytes.prefix(8).reduce(0) { ($0 << 8) | Int($1) } - Self.offset
        let nanoseconds = bytes.suffix(4).reduce(0) { ($0 << 8) | Int($1) }
        guard seconds >= 0, seconds < 1 << 40, nanoseconds < 1_000_000_000 else { return nil }
        self.instant = Instant(milliseconds: seconds * 1000 + nanoseconds / 1_000_000)
    }

    /// Reads `@` and 24 hexadecimal digits, as `s6-log t` begins a line.
    init?(text: some Collection<UInt8>) {
        guard text.count == 25, text.first == UInt8(ascii: "@") else { return nil }
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in text.dropFirst() {
            guard let value = Self.value(of: digit) else { return nil }
            if let left = high {
                bytes.append(left << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        self.init(bytes: bytes[...])
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 97...102: digit - 87
        default: nil
        }
    }
}
