import Basics
import Glibc
import Interfaces

/// Opens an archive as `ArchiveWriter`, or plain `tar`, wrote it.
package enum ArchiveReader {
    /// Makes what the archive holds in a folder that is there and empty. Files, folders and links are taken; names and links
    /// that lead outside, devices, pipes, files with holes, names that come twice and what goes beyond the limits are
    /// refused with `vaultDamaged`, which names the entry. When it returns, all of it is on the disk; when it throws, the folder holds a part, for the caller to remove.
    ///
    /// Nothing gets a bit that makes it run as somebody else.
    package static func extract(
        _ stream: ByteStream,
        into folder: String,
        limits: ArchiveLimits,
        owners: ArchiveOwners = .kept
    ) async throws(ReportableError) {
        try await ArchiveExtraction(stream, folder, limits, owners).run()
    }

    /// Who would own the first entry, which is the folder itself; nil when there is none. The stream is not read to its end.
    package static func topOwner(of stream: ByteStream, by owners: ArchiveOwners)
        async throws(ReportableError) -> Int?
    {
        let reader = TarReader(StreamReader(stream), limits: ArchiveLimits(entries: 1, bytes: .max))
        return try await reader.next().map { owners.applied(to: $0).owner }
    }
}

/// Disks block, so this works on a thread of its own.
private actor ArchiveExtraction {
    private let thread = StageQueue("slipway.extraction")
    private let reader: TarReader
    private let folder: String
    private let owners: ArchiveOwners
    private let limits: ArchiveLimits

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ stream: ByteStream, _ folder: String, _ limits: ArchiveLimits, _ owners: ArchiveOwners) {
        reader = TarReader(StreamReader(stream), limits: limits)
        self.folder = folder
        self.owners = owners
        self.limits = limits
    }

    func run() async throws(ReportableError) {
        var tree = try ExtractionTree(folder, owners: owners, limit: limits.entries)
        while let entry = try await reader.next() {
            switch entry.kind {
            case .folder: try tree.addFolder(entry)
            case .link(let target): try tree.addLink(entry, to: target)
            case .sameAs(let first): try tree.addName(entry, of: first)
            case .file:
                let file = try tree.addFile(entry)
                while let bytes = try await reader.content() { try write(bytes, to: file, entry) }
                try tree.finish(file, entry)
            }
        }
        try tree.finishFolders()
    }

    private func write(
        _ bytes: ArraySlice<UInt8>,
        to file: OpenFile,
        _ entry: ArchiveEntry
    ) throws(ReportableError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file.descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw OpenFile.failure("write", "\(folder)/\(entry.name)") }
            rest = rest.dropFirst(count)
        }
    }
}
