import Basics

/// The fields of a packet, as SFTP writes them: numbers with the highest byte first, texts behind their length.
struct SFTPFields {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func number(_ value: UInt32) { withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) } }

    mutating func long(_ value: Int) {
        withUnsafeBytes(of: UInt64(max(0, value)).bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func text(_ value: String) { data(Array(value.utf8)) }

    mutating func data(_ value: some Collection<UInt8>) {
        number(UInt32(value.count))
        bytes.append(contentsOf: value)
    }
}

/// Reads the fields of a packet. What ends too early is no packet, and throws `storeFailed`.
struct SFTPScanner {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() throws(ReportableError) -> UInt8 { try take(1).first ?? 0 }

    mutating func number() throws(ReportableError) -> UInt32 {
        try take(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func long() throws(ReportableError) -> Int {
        guard let value = Int(exactly: try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) else {
            throw Self.nonsense
        }
        return value
    }

    mutating func data() throws(ReportableError) -> ArraySlice<UInt8> { try take(Int(try number())) }

    mutating func text() throws(ReportableError) -> String { String(decoding: try data(), as: UTF8.self) }

    mutating func everything() throws(ReportableError) -> [UInt8] { Array(try take(rest.count)) }

    private mutating func take(_ count: Int) throws(ReportableError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw Self.nonsense }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    static let nonsense = ReportableError(.storeFailed, "the server answers with what is no SFTP")
}
