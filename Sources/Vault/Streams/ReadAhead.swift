import Basics
import Interfaces

extension ByteStream {
    /// The same stream, whose next piece is made while the reader works on this one, so that the stages before and behind
    /// it share no core. Nothing is read before the first piece is asked for, and one piece more than was asked for at most.
    package func readAhead() -> ByteStream {
        let stage = ReadAhead(self)
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in try await stage.next() }
    }
}

private actor ReadAhead {
    private let source: ByteStream
    private var ahead: Task<Result<[UInt8]?, ReportableError>, Never>?

    init(_ source: ByteStream) {
        self.source = source
    }

    /// Nobody wants it any more.
    deinit { ahead?.cancel() }

    func next() async throws(ReportableError) -> [UInt8]? {
        let waiting = ahead ?? pull()
        ahead = nil
        let result = await withTaskCancellationHandler {
            await waiting.value
        } onCancel: {
            waiting.cancel()
        }
        let piece = try result.get()
        if piece != nil { ahead = pull() }
        return piece
    }

    private func pull() -> Task<Result<[UInt8]?, ReportableError>, Never> {
        Task { [source] in
            do throws(ReportableError) {
                return .success(try await source.next())
            } catch {
                return .failure(error)
            }
        }
    }
}
