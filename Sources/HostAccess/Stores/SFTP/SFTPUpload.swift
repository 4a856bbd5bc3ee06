import Basics
import FoundationEssentials
import Interfaces

/// Writes a stream to a draft, many pieces at once. When the line breaks off, it goes on over another one with those that
/// were not answered for.
///
/// Used by one task.
final class SFTPUpload {
    /// A finished draft.
    struct Draft {
        let word: String
        let size: Int
        let tag: BlobTag
    }

    private struct Chunk {
        let offset: Int
        let bytes: ArraySlice<UInt8>
        var number: UInt32
    }

    let draft = "\(SFTPStore.drafts)/\(UInt64.random(in: .min ... .max))"
    private let store: SFTPStore
    private let avoided: BlobTag?
    private var line: SFTPLine?
    private var handle: [UInt8] = []
    private var pending: [Chunk] = []
    private var size = 0

    /// What every server takes, and how many of them OpenSSH's own `sftp` has on their way.
    private static let chunk = 32 << 10
    private static let window = 64

    /// - Parameter avoided: the tag that the blob must not have, which is that of the one it may replace.
    init(to store: SFTPStore, avoiding avoided: BlobTag?) {
        self.store = store
        self.avoided = avoided
    }

    deinit {
        line?.drop(pending.map(\.number))
        if !handle.isEmpty { line?.tell(.close(handle)) }
    }

    func write(_ content: ByteStream) async throws(ReportableError) -> Draft {
        try await open(.create)
        while let piece = try await content.next() {
            var rest = piece[...]
            while !rest.isEmpty {
                try await send(rest.prefix(Self.chunk))
                rest = rest.dropFirst(Self.chunk)
            }
        }
        return try await resuming { () throws(ReportableError) in try await self.finish() }
    }

    private func open(_ purpose: SFTPRequest.Purpose) async throws(ReportableError) {
        let path = store.path(draft)
        let line = try await store.client.line()
        var reply = try await line.ask(.open(path, purpose))
        if case .status(.noSuchFile, _) = reply, purpose == .create {
            try await store.makeFolders(of: draft)
            reply = try await line.ask(.open(path, purpose))
        }
        guard case .handle(let handle) = reply else { throw await store.failure(reply, "write to \(SFTPStore.drafts)") }
        (self.line, self.handle) = (line, handle)
    }

    private func send(_ bytes: ArraySlice<UInt8>) async throws(ReportableError) {
        pending.append(Chunk(offset: size, bytes: bytes, number: 0))
        size += bytes.count
        let last = pending.count - 1
        if let line, let number = try? line.send(.write(handle, offset: pending[last].offset, bytes)) {
            pending[last].number = number
        } else {
            try await reopen()
        }
        while pending.count >= Self.window { try await settleFirst() }
    }

    private func settleFirst() async throws(ReportableError) {
        try await resuming { () throws(ReportableError) in
            guard let line, let first = pending.first else { return }
            try await store.check(try await line.answer(to: first.number), "write \(draft)")
            pending.removeFirst()
        }
    }

    /// Behind the last piece: nothing of it counts before the server has said that all is on its disk.
    private func finish() async throws(ReportableError) -> Draft {
        while let first = pending.first, let line {
            try await store.check(try await line.answer(to: first.number), "write \(draft)")
            pending.removeFirst()
        }
        guard let line else { throw SFTPScanner.nonsense }
        let time = stamp()
        try await store.check(try await line.ask(.stamp(handle, modified: time)), "stamp \(draft)")
        if line.additions.contains(SFTPRequest.syncing) {
            try await store.check(try await line.ask(.sync(handle)), "sync \(draft)")
        }
        guard case .attributes(let found) = try await line.ask(.lookAt(handle)), found.size == size else {
            throw ReportableError(
                .storeFailed,
                "\(store.client.place.title) has not kept all that was written to \(draft)"
            )
        }
        let finished = handle
        handle = []
        try await store.check(try await line.ask(.close(finished)), "close \(draft)")
        return Draft(word: draft, size: size, tag: BlobTag("\(found.modified ?? 0)-\(size)"))
    }

    /// SFTP tells times in seconds, in which a blob may be replaced more than once. One somewhere in the last eighteen hours
    /// tells two writers apart.
    private func stamp() -> UInt32 {
        let time = UInt32(clamping: Int(Date().timeIntervalSince1970)) - UInt32.random(in: 0..<1 << 16)
        return BlobTag("\(time)-\(size)") == avoided ? time - 1 : time
    }

    /// Does something again when the line has broken off meanwhile.
    private func resuming<Value>(
        _ work: () async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        for _ in 1..<store.client.patience.attempts {
            do throws(ReportableError) {
                return try await work()
            } catch {
                guard error.code != .interrupted, line?.isOver ?? true else { throw error }
            }
            try await reopen()
        }
        return try await work()
    }

    /// Opens the draft over another line, and sends what was not answered for.
    private func reopen() async throws(ReportableError) {
        for _ in 1...store.client.patience.attempts {
            do throws(ReportableError) {
                return try await resend()
            } catch {
                guard error.code != .interrupted, line?.isOver ?? false else { throw error }
            }
        }
        throw ReportableError(.storeFailed, "the line to \(store.client.place.title) breaks off again and again")
    }

    private func resend() async throws(ReportableError) {
        try await open(.write)
        guard let line else { return }
        let settled = pending.first?.offset ?? size
        guard case .attributes(let found) = try await line.ask(.lookAt(handle)), (found.size ?? 0) >= settled else {
            throw ReportableError(.storeFailed, "\(store.client.place.title) has lost a part of what was written")
        }
        for place in pending.indices {
            pending[place].number = try line.send(
                .write(handle, offset: pending[place].offset, pending[place].bytes)
            )
        }
    }
}
