import Basics

/// What a server answers.
enum SFTPReply: Sendable {
    case status(SFTPStatus, String)
    case handle([UInt8])
    case data(ArraySlice<UInt8>)
    case entries([(name: String, attributes: SFTPAttributes)])
    case attributes(SFTPAttributes)
    case extended([UInt8])

    /// Throws `storeFailed` for what is no answer.
    init(_ kind: UInt8, _ fields: inout SFTPScanner) throws(ReportableError) {
        switch kind {
        case 101:
            let code = SFTPStatus(rawValue: try fields.number()) ?? .failure
            self = .status(code, fields.isAtEnd ? "" : try fields.text())
        case 102: self = .handle(Array(try fields.data()))
        case 103: self = .data(try fields.data())
        case 104: self = .entries(try Self.entries(&fields))
        case 105: self = .attributes(try SFTPAttributes(&fields))
        case 201: self = .extended(try fields.everything())
        default: throw SFTPScanner.nonsense
        }
    }

    private static func entries(
        _ fields: inout SFTPScanner
    ) throws(ReportableError) -> [(name: String, attributes: SFTPAttributes)] {
        var entries: [(name: String, attributes: SFTPAttributes)] = []
        for _ in 0..<(try fields.number()) {
            let name = try fields.text()
            // As `ls -l` would show it: for people.
            _ = try fields.text()
            entries.append((name, try SFTPAttributes(&fields)))
        }
        return entries
    }
}

enum SFTPStatus: UInt32, Sendable {
    case done = 0
    case end = 1
    case noSuchFile = 2
    case permissionDenied = 3
    /// Anything: a full disk, a name that is taken.
    case failure = 4
    case unsupported = 8
}

/// What a server tells of a file.
struct SFTPAttributes: Hashable, Sendable {
    static let hasSize: UInt32 = 0x1
    static let hasOwner: UInt32 = 0x2
    static let hasMode: UInt32 = 0x4
    static let hasTimes: UInt32 = 0x8
    static let hasMore: UInt32 = 0x8000_0000

    private(set) var size: Int?
    private(set) var mode: UInt32?
    /// Seconds since 1970.
    private(set) var modified: UInt32?

    init(_ fields: inout SFTPScanner) throws(ReportableError) {
        let flags = try fields.number()
        if flags & Self.hasSize != 0 { size = try fields.long() }
        if flags & Self.hasOwner != 0 { for _ in 0..<2 { _ = try fields.number() } }
        if flags & Self.hasMode != 0 { mode = try fields.number() }
        if flags & Self.hasTimes != 0 {
            _ = try fields.number()
            modified = try fields.number()
        }
        guard flags & Self.hasMore != 0 else { return }
        for _ in 0..<(try fields.number()) { for _ in 0..<2 { _ = try fields.data() } }
    }

    enum Kind { case file, folder, other }

    var kind: Kind {
        switch (mode ?? 0) & 0o170000 {
        case 0o100000: .file
        case 0o040000: .folder
        default: .other
        }
    }
}
