/// What a header, and what stands before it, say together.
enum TarEntry {
    static func entry(_ block: TarBlock, _ extra: TarExtension) throws(ArchiveRefusal) -> ArchiveEntry {
        let name = try text(extra.name ?? block.name)
        let link = try text(extra.link ?? block.link)
        let kind = try kind(block.type, size: extra.size ?? block.size, link)
        let checked = try ArchiveName.checked(name, isFolder: kind == .folder)
        if case .link = kind { try ArchiveName.checkLink(link, at: checked) }
        let owner = try number(extra.owner, block, TarFields.owner, "an owner")
        let group = try number(extra.group, block, TarFields.group, "a group")
        let mode = try block.number(TarFields.mode, "a mode")
        let ids = 0..<Int(UInt32.max)
        guard ids.contains(owner), ids.contains(group), mode >= 0 else {
            throw ArchiveRefusal(text: "has an owner or a mode that cannot be")
        }
        return ArchiveEntry(
            name: checked,
            kind: kind,
            mode: mode & 0o7777,
            owner: owner,
            group: group,
            modified: try number(extra.modified, block, TarFields.modified, "a time")
        )
    }

    private static func kind(_ type: UInt8, size: Int, _ link: String) throws(ArchiveRefusal) -> ArchiveEntry.Kind {
        let kind: ArchiveEntry.Kind
        switch type {
        case 0, UInt8(ascii: "0"): return .file(size: size)
        case UInt8(ascii: "1"): kind = .sameAs(try ArchiveName.checked(link, isFolder: false))
        case UInt8(ascii: "2"): kind = .link(link)
        case UInt8(ascii: "5"): kind = .folder
        case UInt8(ascii: "3"), UInt8(ascii: "4"): throw ArchiveRefusal(text: "is a device")
        case UInt8(ascii: "6"): throw ArchiveRefusal(text: "is a pipe")
        case UInt8(ascii: "S"): throw ArchiveRefusal(text: "is a file with holes")
        default: throw ArchiveRefusal(text: "is of the unknown kind \(type)")
        }
        guard size == 0 else { throw ArchiveRefusal(text: "has content, and is no file") }
        return kind
    }

    /// A record's number stands above the header's.
    private static func number(
        _ recorded: Int?,
        _ block: TarBlock,
        _ field: Range<Int>,
        _ what: String
    ) throws(ArchiveRefusal) -> Int {
        if let recorded { return recorded }
        return try block.number(field, what)
    }

    private static func text(_ bytes: [UInt8]) throws(ArchiveRefusal) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ArchiveRefusal(text: "has a name that is not UTF-8")
        }
        return text
    }
}
