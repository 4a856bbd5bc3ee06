import Basics
import Interfaces

/// Reads the headers and the contents of an archive in their order. Takes what `tar` writes for files, folders and links,
/// and refuses everything else by name; it touches nothing outside the stream.
final class TarReader {
    private let source: StreamReader
    private let limits: ArchiveLimits
    /// Before an entry's own: names, links and records that do not fit in it.
    private static let mostHeaders = 8
    private var entries = 0
    private var bytes = 0
    /// What is left of the content of the entry that `next` returned, and the filling behind it.
    private var rest = 0
    private var padding = 0
    private(set) var current = ""

    init(_ source: StreamReader, limits: ArchiveLimits) {
        self.source = source
        self.limits = limits
    }

    /// The next entry; nil when the archive ended as it should. What was not read of the entry before is passed over.
    nonisolated(nonsending) func next() async throws(ReportableError) -> ArchiveEntry? {
        while try await content() != nil {}
        var extra = TarExtension()
        var headers = 0
        while let block = try await block() {
            switch block.type {
            case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
                headers += 1
                guard headers <= Self.mostHeaders else { throw damaged("has more than \(Self.mostHeaders) headers") }
                try await take(block, into: &extra)
            default:
                return try entry(block, extra)
            }
        }
        guard headers == 0 else { throw damaged("has a name and no header") }
        try await checkEnd()
        return nil
    }

    /// The next bytes of the current entry, none of them twice; nil when there are no more.
    nonisolated(nonsending) func content() async throws(ReportableError) -> ArraySlice<UInt8>? {
        if rest > 0 {
            let portion = try await source.some(upTo: rest)
            guard !portion.isEmpty else { throw damaged("is cut short: \(rest) bytes are missing") }
            rest -= portion.count
            return portion
        }
        if padding > 0 {
            guard try await source.read(padding).count == padding else { throw damaged("is cut short") }
            padding = 0
        }
        return nil
    }

    func damaged(_ why: String) -> ReportableError {
        let what = current.isEmpty ? "entry number \(entries)" : "entry '\(current.abridged)'"
        return ReportableError(.vaultDamaged, "the archive's \(what) \(why)")
    }

    /// The next header, of whatever kind; nil at the first of the two empty blocks that end an archive.
    private nonisolated(nonsending) func block() async throws(ReportableError) -> TarBlock? {
        let bytes = try await source.read(TarFields.blockLength)
        guard bytes.count == TarFields.blockLength else {
            throw damaged("is followed by no end: the archive is cut short")
        }
        if bytes.allSatisfy({ $0 == 0 }) { return nil }
        current = TarBlock.likelyName(bytes)
        return try refusing { () throws(ArchiveRefusal) in try TarBlock(bytes) }
    }

    private nonisolated(nonsending) func take(
        _ block: TarBlock,
        into extra: inout TarExtension
    ) async throws(ReportableError) {
        guard block.size <= TarExtension.limit else { throw damaged("has a header of \(block.size) bytes") }
        let length = block.size + TarFields.paddingLength(after: block.size)
        let padded = try await source.read(length)
        guard padded.count == length else { throw damaged("is cut short") }
        let content = padded.prefix(block.size)
        var taken = extra
        try refusing { () throws(ArchiveRefusal) in
            switch block.type {
            case UInt8(ascii: "L"): try taken.takeName(content)
            case UInt8(ascii: "K"): try taken.takeLink(content)
            default: try taken.takeRecords(content, forAll: block.type == UInt8(ascii: "g"))
            }
        }
        extra = taken
    }

    private func entry(_ block: TarBlock, _ extra: TarExtension) throws(ReportableError) -> ArchiveEntry {
        current = String(decoding: extra.name ?? block.name, as: UTF8.self)
        entries += 1
        guard entries <= limits.entries else { throw damaged("is one more than the \(limits.entries) that are taken") }
        let entry = try refusing { () throws(ArchiveRefusal) in try TarEntry.entry(block, extra) }
        guard entry.size <= limits.bytes - bytes else {
            throw damaged("makes more than the \(limits.bytes) bytes that are taken")
        }
        bytes += entry.size
        rest = entry.size
        padding = TarFields.paddingLength(after: entry.size)
        return entry
    }

    /// Behind the end there are empty blocks at most, which fill up a record. The stream is read to its own end, so that it
    /// can say whether it is whole.
    private nonisolated(nonsending) func checkEnd() async throws(ReportableError) {
        current = ""
        var length = 0
        while true {
            let portion = try await source.some(upTo: 64 << 10)
            if portion.isEmpty { break }
            length += portion.count
            guard portion.allSatisfy({ $0 == 0 }), length <= 1 << 20 else {
                throw damaged("is the last, and yet something follows")
            }
        }
        guard length >= TarFields.blockLength else { throw damaged("is followed by half an end") }
    }

    private func refusing<Value>(
        _ work: () throws(ArchiveRefusal) -> Value
    ) throws(ReportableError) -> Value {
        do throws(ArchiveRefusal) {
            return try work()
        } catch {
            throw damaged(error.text)
        }
    }
}
