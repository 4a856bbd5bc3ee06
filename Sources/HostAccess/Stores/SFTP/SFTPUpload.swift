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
        /// 0 until it was sent over this line.
        var number: UInt32
    }

    let draft = "\(SFTPStore.drafts)/\(UInt64.random(in: .min ... .max))"
    private let store: SFTPStore
    private let avoided: BlobTag?
    private var line: SFTPLine?
    /// The one that was tried last, which may have broken off before the draft was open.
    private var tried: SFTPLine?
    private var handle: [UInt8] = []
    private var pending: [Chunk] = []
    private var size = 0
    /// How often the line has broken off since something was last answered.
    private var breaks = 0
    private var isMade = false

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
        do throws(ReportableError) { try await open() } catch { try await reopen(after: error) }
        while let piece = try await content.next() {
            var rest = piece[...]
            while !rest.isEmpty {
                try await send(rest.prefix(Self.chunk))
                rest = rest.dropFirst(Self.chunk)
            }
        }
        return try await resuming { () throws(ReportableError) in try await self.finish() }
    }

    private func open() async throws(ReportableError) {
        let path = store.path(draft)
        let line = try await store.client.line()
        tried = line
        var reply = try await line.ask(.open(path, isMade ? .write : .create))
        if !isMade, case .status(.noSuchFile, _) = reply {
            try await store.makeFolders(of: draft)
            reply = try await line.ask(.open(path, .create))
        }
        // A line that broke off behind the deed has made it: nobody else has a draft of this name.
        if !isMade, breaks > 0, case .status(.failure, _) = reply { reply = try await line.ask(.open(path, .write)) }
        guard case .handle(let handle) = reply else { throw await store.failure(reply, "write to \(SFTPStore.drafts)") }
        (self.line, self.handle, isMade) = (line, handle, true)
        for place in pending.indices { pending[place].number = 0 }
    }

    private func send(_ bytes: ArraySlice<UInt8>) async throws(ReportableError) {
        pending.append(Chunk(offset: size, bytes: bytes, number: 0))
        size += bytes.count
        let last = pending.count - 1
        if let line, let number = try? line.send(.write(handle, offset: pending[last].offset, bytes)) {
            pending[last].number = number
        } else {
            try await reopen(after: broken)
        }
        while pending.count >= Self.window { try await settleFirst() }
    }

    private func settleFirst() async throws(ReportableError) {
        try await resuming { () throws(ReportableError) in
            guard let line, let first = pending.first else { return }
            try await store.check(try await line.answer(to: first.number), "write \(draft)")
            pending.removeFirst()
            breaks = 0
        }
    }

    /// Behind the last piece: nothing of it counts before the server has said that all is on its disk.
    private func finish() async throws(ReportableError) -> Draft {
        while let first = pending.first, let line {
            try await store.check(try await line.answer(to: first.number), "write \(draft)")
            pending.removeFirst()
            breaks = 0
        }
        guard let line else { throw SFTPScanner.nonsense }
        let time = stamp()
        try await store.check(try await line.ask(.stamp(handle, modified: time)), "stamp \(draft)")
        try await store.check(try await line.ask(.sync(handle)), "sync \(draft)")
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
        while true {
            do throws(ReportableError) {
                return try await work()
            } catch {
                try await reopen(after: error)
            }
        }
    }

    /// Opens the draft over another line, and sends what was not answered for. Throws the error where that is none of a
    /// line that broke off, and when lines break off again and again.
    private func reopen(after error: ReportableError) async throws(ReportableError) {
        var error = error
        while true {
            guard error.code != .interrupted, tried?.isOver ?? false else { throw error }
            breaks += 1
            guard breaks < store.client.patience.attempts else { throw error }
            try await store.client.patience.pause(after: breaks)
            do throws(ReportableError) { return try await resend() } catch let failure { error = failure }
        }
    }

    private var broken: ReportableError {
        ReportableError(.storeFailed, "the line to \(store.client.place.title) has broken off")
    }

    private func resend() async throws(ReportableError) {
        try await open()
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
