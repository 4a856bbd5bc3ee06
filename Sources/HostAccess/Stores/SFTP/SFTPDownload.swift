import Basics
import Interfaces

/// Reads a blob, some pieces ahead. When the line breaks off, it goes on over another one, as long as the blob is the same.
actor SFTPDownload {
    private struct Part {
        let offset: Int
        let count: Int
        let number: UInt32
    }

    private let name: BlobName
    private let store: SFTPStore
    private var line: SFTPLine?
    private var handle: [UInt8] = []
    private var facts: BlobFacts?
    private var pending: [Part] = []
    /// Of the next byte that is handed out, and of the next that is asked for.
    private var place: Int
    private var asked: Int
    /// How often the line has broken off since something last came.
    private var breaks = 0

    private static let part = 32 << 10
    private static let window = 64
    /// Parts that are handed out together.
    private static let piece = 8

    init(of name: BlobName, from offset: Int, store: SFTPStore) {
        self.name = name
        self.store = store
        (place, asked) = (offset, offset)
    }

    deinit {
        guard let line else { return }
        line.drop(pending.map(\.number))
        line.tell(.close(handle))
    }

    /// Throws `notFound` when there is no such blob.
    func begin() async throws(ReportableError) {
        let line = try await store.client.line()
        do throws(ReportableError) {
            try await open(over: line)
        } catch {
            guard line.isOver, error.code != .interrupted else { throw error }
            try await reopen(after: error)
        }
    }

    /// nil at the end.
    func next() async throws(ReportableError) -> [UInt8]? {
        var piece: [UInt8] = []
        while let size = facts?.size, place < size, piece.count < Self.piece * Self.part {
            do throws(ReportableError) {
                try askAhead(size)
                piece += try await takeFirst()
            } catch {
                guard line?.isOver ?? true, error.code != .interrupted else { throw error }
                try await reopen(after: error)
            }
        }
        return piece.isEmpty ? nil : piece
    }

    private func askAhead(_ size: Int) throws(ReportableError) {
        guard let line else { return }
        while pending.count < Self.window, asked < size {
            let count = min(Self.part, size - asked)
            let number = try line.send(.read(handle, offset: asked, count: count))
            pending.append(Part(offset: asked, count: count, number: number))
            asked += count
        }
    }

    private func takeFirst() async throws(ReportableError) -> ArraySlice<UInt8> {
        guard let line, let first = pending.first else { return [] }
        let reply = try await line.answer(to: first.number)
        guard case .data(let bytes) = reply, !bytes.isEmpty, bytes.count <= first.count else {
            if case .data = reply { throw SFTPScanner.nonsense }
            if case .status(.end, _) = reply { throw changed }
            throw await store.failure(reply, "read \(name)")
        }
        pending.removeFirst()
        place += bytes.count
        breaks = 0
        // A server may give less than it was asked for: what comes behind is asked for anew.
        if bytes.count < first.count {
            line.drop(pending.map(\.number))
            (pending, asked) = ([], place)
        }
        return bytes
    }

    private func open(over line: SFTPLine) async throws(ReportableError) {
        let path = store.path(name.text)
        // What is no file is not opened, and what is a link not followed.
        guard case .attributes(let found) = try await line.ask(.look(path)), try store.facts(name, found) != nil else {
            throw missing
        }
        let reply = try await line.ask(.open(path, .read))
        if case .status(.noSuchFile, _) = reply { throw missing }
        guard case .handle(let handle) = reply else { throw await store.failure(reply, "read \(name)") }
        guard case .attributes(let opened) = try await line.ask(.lookAt(handle)),
            let facts = try store.facts(name, opened)
        else { throw missing }
        guard self.facts.map({ $0 == facts }) ?? true else { throw changed }
        (self.line, self.handle, self.facts) = (line, handle, facts)
        (pending, asked) = ([], place)
    }

    private func reopen(after error: ReportableError) async throws(ReportableError) {
        var error = error
        while true {
            breaks += 1
            guard breaks < store.client.patience.attempts else { throw error }
            try await store.client.patience.pause(after: breaks)
            let line = try await store.client.line()
            do throws(ReportableError) {
                return try await open(over: line)
            } catch let failure {
                guard line.isOver, failure.code != .interrupted else { throw failure }
                error = failure
            }
        }
    }

    private var missing: ReportableError {
        ReportableError(.notFound, "there is no \(name) in \(store.client.place.title)")
    }

    private var changed: ReportableError {
        ReportableError(.storeFailed, "\(name) in \(store.client.place.title) was exchanged while it was read")
    }
}
