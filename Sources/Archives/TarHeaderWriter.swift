/// Writes an entry's header as POSIX `tar` does: one block, and before it what does not fit in it as text.
enum TarHeaderWriter {
    /// Two empty blocks.
    static let end = [UInt8](repeating: 0, count: 2 * TarFields.blockLength)

    static func blocks(_ entry: ArchiveEntry) -> [UInt8] {
        let name = entry.name.isEmpty ? "./" : entry.kind == .folder ? entry.name + "/" : entry.name
        let link: String =
            switch entry.kind {
            case .link(let target), .sameAs(let target): target
            case .file, .folder: ""
            }
        var records: [UInt8] = []
        let short = Array(name.utf8.prefix(fitting(name, TarFields.name, "path", &records)))
        let shortLink = Array(link.utf8.prefix(fitting(link, TarFields.link, "linkpath", &records)))
        let numbers = [
            (TarFields.mode, entry.mode),
            (TarFields.owner, fitting(entry.owner, TarFields.owner, "uid", &records)),
            (TarFields.group, fitting(entry.group, TarFields.group, "gid", &records)),
            (TarFields.size, fitting(entry.size, TarFields.size, "size", &records)),
            (TarFields.modified, min(max(entry.modified, 0), TarFields.mostOctal(TarFields.modified))),
        ]
        return extended(records) + block(type(entry.kind), short, shortLink, numbers)
    }

    private static func type(_ kind: ArchiveEntry.Kind) -> UInt8 {
        switch kind {
        case .file: UInt8(ascii: "0")
        case .sameAs: UInt8(ascii: "1")
        case .link: UInt8(ascii: "2")
        case .folder: UInt8(ascii: "5")
        }
    }

    /// How much of a text the block itself says; when that is not all, a record does.
    private static func fitting(_ text: String, _ field: Range<Int>, _ key: String, _ records: inout [UInt8]) -> Int {
        if text.utf8.count > field.count { records += record(key, text) }
        return min(text.utf8.count, field.count)
    }

    private static func fitting(_ number: Int, _ field: Range<Int>, _ key: String, _ records: inout [UInt8]) -> Int {
        guard number > TarFields.mostOctal(field) else { return number }
        records += record(key, String(number))
        return 0
    }

    /// `LENGTH KEY=VALUE` and a line feed; the length counts itself.
    static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count
        while length != rest.utf8.count + String(length).utf8.count {
            length = rest.utf8.count + String(length).utf8.count
        }
        return Array("\(length)\(rest)".utf8)
    }

    private static func extended(_ records: [UInt8]) -> [UInt8] {
        guard !records.isEmpty else { return [] }
        let numbers = [(TarFields.mode, 0o644), (TarFields.size, records.count)]
        let padding = [UInt8](repeating: 0, count: TarFields.paddingLength(after: records.count))
        return block(UInt8(ascii: "x"), Array("PaxHeader".utf8), [], numbers) + records + padding
    }

    private static func block(
        _ type: UInt8,
        _ name: [UInt8],
        _ link: [UInt8],
        _ numbers: [(Range<Int>, Int)]
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: TarFields.blockLength)
        put(name, at: TarFields.name.lowerBound)
        put(link, at: TarFields.link.lowerBound)
        for field in [TarFields.mode, TarFields.owner, TarFields.group, TarFields.size, TarFields.modified] {
            put(octal(0, field.count - 1), at: field.lowerBound)
        }
        for (field, number) in numbers { put(octal(number, field.count - 1), at: field.lowerBound) }
        block[TarFields.type] = type
        put(TarFields.posixMagic, at: TarFields.magic.lowerBound)
        put(octal(TarFields.sum(of: block), 6) + [0, UInt8(ascii: " ")], at: TarFields.checksum.lowerBound)
        return block

        func put(_ bytes: [UInt8], at place: Int) {
            block.replaceSubrange(place..<(place + bytes.count), with: bytes)
        }
    }

    private static func octal(_ number: Int, _ count: Int) -> [UInt8] {
        let digits = Array(String(number, radix: 8).utf8)
        return [UInt8](repeating: UInt8(ascii: "0"), count: max(count - digits.count, 0)) + digits
    }
}
