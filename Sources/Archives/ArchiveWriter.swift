import Basics
import Glibc
import Interfaces

/// A folder as an archive that `tar -x` opens: POSIX format, sorted, with numeric owners, permissions, whole seconds, links
/// and hard links. No extended attributes.
package enum ArchiveWriter {
    /// The stream throws `fileFailed` when something cannot be read, or shrinks while it is read. What grows meanwhile is
    /// cut where it ended when it was opened.
    /// - Parameters:
    ///   - tally: counts what is archived.
    ///   - owners: whose the archive says that the files are.
    package static func stream(
        of folder: String,
        counting tally: ArchiveTally = ArchiveTally(),
        owners: ArchiveOwners = .kept
    ) -> ByteStream {
        let stage = ArchiveWriting(folder, tally, owners)
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in try await stage.next() }
    }
}

/// Disks block, so this stage has a thread of its own.
private actor ArchiveWriting {
    private let thread = StageQueue("slipway.archive")
    private let path: String
    private let tally: ArchiveTally
    private let owners: ArchiveOwners
    private var walk: FolderWalk?
    /// Headers and fillings that wait for room.
    private var pending: ArraySlice<UInt8> = []
    private var content: (file: OpenFile, entry: ArchiveEntry, rest: Int)?
    private var isFinished = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ path: String, _ tally: ArchiveTally, _ owners: ArchiveOwners) {
        self.path = path
        self.tally = tally
        self.owners = owners
    }

    func next() throws(ReportableError) -> [UInt8]? {
        if walk == nil { walk = try FolderWalk(path) }
        let piece = try ByteStream.piece { (buffer) throws(ReportableError) -> Int in
            var filled = 0
            while filled < buffer.count {
                let room = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                if !pending.isEmpty {
                    filled += takePending(room)
                } else if content != nil {
                    filled += try readContent(room)
                } else {
                    guard try advance() else { break }
                }
            }
            return filled
        }
        return piece.isEmpty ? nil : piece
    }

    private func takePending(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let part = pending.prefix(room.count)
        room.copyBytes(from: part)
        pending = pending.dropFirst(part.count)
        return part.count
    }

    private func readContent(_ room: UnsafeMutableRawBufferPointer) throws(ReportableError) -> Int {
        guard let (file, entry, rest) = content else { return 0 }
        let count = read(file.descriptor, room.baseAddress, min(room.count, rest))
        if count < 0, errno == EINTR { return 0 }
        guard count >= 0 else { throw OpenFile.failure("read", "\(path)/\(entry.name)") }
        guard count > 0 else {
            let shown = "\(path)/\(entry.name)".withoutControls
            throw ReportableError(.fileFailed, "cannot archive \(shown): it became shorter while it was read")
        }
        content = (file, entry, rest - count)
        if count == rest {
            content = nil
            pending = [UInt8](repeating: 0, count: TarFields.paddingLength(after: entry.size))[...]
        }
        return count
    }

    /// Goes on to the next entry, or to the end; false when that is behind us.
    private func advance() throws(ReportableError) -> Bool {
        guard !isFinished else { return false }
        guard let found = try walk?.next() else {
            pending = TarHeaderWriter.end[...]
            isFinished = true
            return true
        }
        tally.add(found.entry)
        pending = TarHeaderWriter.blocks(owners.applied(to: found.entry))[...]
        if let file = found.content { content = (file, found.entry, found.entry.size) }
        return true
    }
}
