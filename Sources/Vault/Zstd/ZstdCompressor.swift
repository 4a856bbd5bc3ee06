import Basics
import Interfaces

extension ByteStream {
    /// The stream as zstd frames, one behind the other, which `zstd -d` reads as one. `workers` threads make as many of
    /// them at a time. What is cut off between two frames is missed by no zstd: whoever reads must know the length.
    package func compressed(level: Int = 2, workers: Int) -> ByteStream {
        let stage = ZstdCompressor(self, level: level, workers: workers)
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in try await stage.next() }
    }
}

/// Hands portions of the source to workers in turn, and takes their frames in the same order (docs/decisions/0050).
private actor ZstdCompressor {
    /// What a frame holds: several times what level 2 looks back at, so that beginning anew costs little.
    private static let portion = 4 << 20

    private let source: StreamReader
    private let workers: [ZstdWorker]
    private var ahead: [Task<Result<[UInt8], ReportableError>, Never>] = []
    private var begun = 0
    private var isAtEnd = false
    private var frame: ArraySlice<UInt8> = []

    init(_ source: ByteStream, level: Int, workers: Int) {
        self.source = StreamReader(source)
        self.workers = (0..<max(1, workers)).map { _ in ZstdWorker(level: level) }
    }

    func next() async throws(ReportableError) -> [UInt8]? {
        if frame.isEmpty {
            try await begin()
            guard !ahead.isEmpty else { return nil }
            frame = try await ahead.removeFirst().value.get()[...]
        }
        let piece = frame.prefix(ByteStream.pieceLimit)
        frame = frame.dropFirst(piece.count)
        return Array(piece)
    }

    /// Gives each worker a portion, and one to go on with. Nothing at all is an empty frame.
    private func begin() async throws(ReportableError) {
        while !isAtEnd, ahead.count < 2 * workers.count {
            let portion = try await source.read(Self.portion)
            isAtEnd = portion.count < Self.portion
            if portion.isEmpty, begun > 0 { return }
            let worker = workers[begun % workers.count]
            ahead.append(Task { await worker.frame(of: portion) })
            begun += 1
        }
    }
}
