import Basics
import Interfaces

extension ByteStream {
    /// The same stream, whose next pieces are made while the reader works on this one, so that the stages before and behind
    /// it share no core. Nothing is read before the first piece is asked for, and `pieces` more than were asked for at most.
    package func readAhead(_ pieces: Int = 1) -> ByteStream {
        let stage = ReadAhead(self, pieces)
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in try await stage.next() }
    }
}

private actor ReadAhead {
    private typealias Reading = Task<Result<[UInt8]?, ReportableError>, Never>

    private let source: ByteStream
    private let limit: Int
    private var ahead: [Reading] = []

    init(_ source: ByteStream, _ limit: Int) {
        self.source = source
        self.limit = limit
    }

    deinit {
        for reading in ahead { reading.cancel() }
    }

    func next() async throws(ReportableError) -> [UInt8]? {
        if ahead.isEmpty { ahead.append(read()) }
        let waiting = ahead.removeFirst()
        let result = await withTaskCancellationHandler {
            await waiting.value
        } onCancel: {
            waiting.cancel()
        }
        let piece = try result.get()
        while piece != nil, ahead.count < limit { ahead.append(read()) }
        return piece
    }

    /// The piece behind the last one. Nothing is read behind the end or a failure.
    private func read() -> Reading {
        Task { [source, last = ahead.last] in
            if let result = await last?.value {
                guard case .success(.some) = result else { return result }
            }
            do throws(ReportableError) {
                return .success(try await source.next())
            } catch {
                return .failure(error)
            }
        }
    }
}
