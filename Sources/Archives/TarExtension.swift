/// What stands before a header and overrides it: POSIX records, or GNU's long names.
struct TarExtension {
    /// Bytes of one extension.
    static let limit = 64 << 10

    private(set) var name: [UInt8]?
    private(set) var link: [UInt8]?
    private(set) var size: Int?
    private(set) var owner: Int?
    private(set) var group: Int?
    private(set) var modified: Int?

    /// Takes over GNU's long name, which ends with a NUL.
    mutating func takeName(_ content: ArraySlice<UInt8>) throws(ArchiveRefusal) {
        guard name == nil else { throw ArchiveRefusal(text: "is named twice") }
        name = try Self.long(content)
    }

    mutating func takeLink(_ content: ArraySlice<UInt8>) throws(ArchiveRefusal) {
        guard link == nil else { throw ArchiveRefusal(text: "is linked twice") }
        link = try Self.long(content)
    }

    /// Takes over POSIX records. Those for everything that follows may say nothing about a name or a size.
    mutating func takeRecords(_ content: ArraySlice<UInt8>, forAll: Bool) throws(ArchiveRefusal) {
        var rest = content
        var keys: Set<String> = []
        while !rest.isEmpty {
            let (key, value) = try Self.record(&rest)
            guard keys.insert(key).inserted else { throw ArchiveRefusal(text: "has the record '\(key)' twice") }
            guard !key.hasPrefix("GNU.sparse") else { throw ArchiveRefusal(text: "is a file with holes") }
            if !forAll {
                try take(key, value)
            } else if ["path", "linkpath", "size", "uid", "gid", "mtime"].contains(key) {
                throw ArchiveRefusal(text: "has the record '\(key)' for all that follows")
            }
        }
    }

    private mutating func take(_ key: String, _ value: ArraySlice<UInt8>) throws(ArchiveRefusal) {
        switch key {
        case "path":
            guard name == nil else { throw ArchiveRefusal(text: "is named twice") }
            name = Array(value)
        case "linkpath":
            guard link == nil else { throw ArchiveRefusal(text: "is linked twice") }
            link = Array(value)
        case "size": size = try Self.number(key, value)
        case "uid": owner = try Self.number(key, value)
        case "gid": group = try Self.number(key, value)
        case "mtime": modified = try Self.seconds(value)
        default: break
        }
    }

    private static func record(
        _ rest: inout ArraySlice<UInt8>
    ) throws(ArchiveRefusal) -> (key: String, value: ArraySlice<UInt8>) {
        let digits = rest.prefix { $0 != UInt8(ascii: " ") }
        guard digits.count < 7, let length = Int(String(decoding: digits, as: UTF8.self)), length <= rest.count,
            length > digits.count + 1
        else { throw ArchiveRefusal(text: "has a record of a wrong length") }
        let record = rest.prefix(length).dropFirst(digits.count + 1)
        rest = rest.dropFirst(length)
        let key = record.prefix { $0 != UInt8(ascii: "=") }
        guard record.last == UInt8(ascii: "\n"), !key.isEmpty, key.count < record.count,
            let text = String(validating: key, as: UTF8.self)
        else { throw ArchiveRefusal(text: "has a record that is none") }
        return (text, record.dropFirst(key.count + 1).dropLast())
    }

    private static func number(_ key: String, _ value: ArraySlice<UInt8>) throws(ArchiveRefusal) -> Int {
        let text = String(decoding: value, as: UTF8.self)
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(text)
        else {
            throw ArchiveRefusal(text: "has a record '\(key)' that is no number")
        }
        return number
    }

    /// Whole seconds of a decimal fraction.
    private static func seconds(_ value: ArraySlice<UInt8>) throws(ArchiveRefusal) -> Int {
        guard let whole = Int(String(decoding: value.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self)) else {
            throw ArchiveRefusal(text: "has a record 'mtime' that is no number")
        }
        return whole
    }

    private static func long(_ content: ArraySlice<UInt8>) throws(ArchiveRefusal) -> [UInt8] {
        guard content.last == 0, !content.dropLast().contains(0) else {
            throw ArchiveRefusal(text: "has a long name without an end")
        }
        return Array(content.dropLast())
    }
}
