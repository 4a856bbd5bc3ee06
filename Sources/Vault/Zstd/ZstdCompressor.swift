import Basics
import CZstd
import Interfaces

extension ByteStream {
    /// The stream as one zstd frame with a checksum, which `zstd -d` reads. `workers` threads compress beside the reader.
    package func compressed(level: Int = 3, workers: Int) -> ByteStream {
        let stage = ZstdCompressor(self, level: level, workers: workers)
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in try await stage.next() }
    }
}

/// The library blocks its caller while all workers are busy, so this stage has a thread of its own.
private actor ZstdCompressor {
    private let thread = StageQueue("slipway.zstd")
    private let source: ByteStream
    private let settings: [(ZSTD_cParameter, Int)]
    private var context: ZstdCompression?
    private var input: [UInt8] = []
    private var offset = 0
    private var isAtEnd = false
    private var isFinished = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ source: ByteStream, level: Int, workers: Int) {
        self.source = source
        settings = [
            (ZSTD_c_compressionLevel, level),
            (ZSTD_c_checksumFlag, 1),
            (ZSTD_c_nbWorkers, workers),
            // Half of what the library takes by itself: its buffers are a few jobs for each worker.
            (ZSTD_c_jobSize, workers > 0 ? 4 << 20 : 0),
        ]
    }

    func next() async throws(ReportableError) -> [UInt8]? {
        while !isFinished {
            if offset == input.count, !isAtEnd {
                let piece = try await source.next()
                (input, offset, isAtEnd) = (piece ?? [], 0, piece == nil)
            }
            let output = try step()
            if !output.isEmpty { return output }
        }
        return nil
    }

    /// Hands over what there is of the input, and takes what there is of the output.
    private func step() throws(ReportableError) -> [UInt8] {
        let context = try openContext()
        let mode = isAtEnd ? ZSTD_e_end : ZSTD_e_continue
        let output = try ByteStream.piece { (target) throws(ReportableError) -> Int in
            var to = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
            let left = input.withUnsafeBytes { bytes in
                var from = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: offset)
                defer { offset = from.pos }
                return ZSTD_compressStream2(context.pointer, &to, &from, mode)
            }
            try ZstdFailure.check(left, .broken, "cannot compress")
            isFinished = isAtEnd && left == 0
            return to.pos
        }
        return output
    }

    private func openContext() throws(ReportableError) -> ZstdCompression {
        if let context { return context }
        guard let opened = ZstdCompression() else {
            throw ReportableError(.broken, "cannot compress: there is no memory for it")
        }
        for (parameter, value) in settings {
            let answer = ZSTD_CCtx_setParameter(opened.pointer, parameter, Int32(value))
            try ZstdFailure.check(answer, .broken, "cannot compress with parameter \(parameter.rawValue) = \(value)")
        }
        context = opened
        return opened
    }
}

/// Frees what the library holds with the last one who uses it.
private final class ZstdCompression {
    let pointer: OpaquePointer

    init?() {
        guard let pointer = ZSTD_createCCtx() else { return nil }
        self.pointer = pointer
    }

    deinit { ZSTD_freeCCtx(pointer) }
}

enum ZstdFailure {
    /// Throws when the library's answer is an error.
    static func check(_ answer: Int, _ code: ErrorCode, _ doing: String) throws(ReportableError) {
        guard ZSTD_isError(answer) != 0 else { return }
        throw ReportableError(code, "\(doing): \(String(cString: ZSTD_getErrorName(answer)))")
    }
}
