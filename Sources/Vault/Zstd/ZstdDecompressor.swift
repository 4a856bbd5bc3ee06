import Basics
import CZstd
import Interfaces

extension ByteStream {
    /// What a zstd stream holds. Throws `vaultDamaged` when it is none, ends early, holds more than `limit` bytes, or wants
    /// a window of more than 128 MiB.
    package func decompressed(limit: Int) -> ByteStream {
        let stage = ZstdDecompressor(self, limit: limit)
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in try await stage.next() }
    }
}

private actor ZstdDecompressor {
    private static let windowLog: Int32 = 27

    private let source: ByteStream
    private let limit: Int
    private var context: ZstdDecompression?
    private var input: [UInt8] = []
    private var offset = 0
    private var produced = 0
    /// The library has more to give before it needs input.
    private var hasMore = false
    private var isBetweenFrames = false

    init(_ source: ByteStream, limit: Int) {
        self.source = source
        self.limit = limit
    }

    func next() async throws(ReportableError) -> [UInt8]? {
        while true {
            if offset == input.count, !hasMore {
                guard let piece = try await source.next() else { return try end() }
                (input, offset) = (piece, 0)
            }
            let output = try step()
            produced += output.count
            guard produced <= limit else { throw Self.damaged("it holds more than \(limit) bytes") }
            if !output.isEmpty { return output }
        }
    }

    private func end() throws(ReportableError) -> [UInt8]? {
        guard isBetweenFrames else { throw Self.damaged("it ends early") }
        return nil
    }

    private func step() throws(ReportableError) -> [UInt8] {
        let context = try openContext()
        let output = try ByteStream.piece { (target) throws(ReportableError) -> Int in
            var to = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
            let answer = input.withUnsafeBytes { bytes in
                var from = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: offset)
                defer { offset = from.pos }
                return ZSTD_decompressStream(context.pointer, &to, &from)
            }
            try ZstdFailure.check(answer, .vaultDamaged, "the zstd data is damaged")
            isBetweenFrames = answer == 0
            hasMore = to.pos == to.size && !isBetweenFrames
            return to.pos
        }
        return output
    }

    private func openContext() throws(ReportableError) -> ZstdDecompression {
        if let context { return context }
        guard let opened = ZstdDecompression() else {
            throw ReportableError(.broken, "cannot decompress: there is no memory for it")
        }
        let answer = ZSTD_DCtx_setParameter(opened.pointer, ZSTD_d_windowLogMax, Self.windowLog)
        try ZstdFailure.check(answer, .broken, "cannot decompress")
        context = opened
        return opened
    }

    private static func damaged(_ why: String) -> ReportableError {
        ReportableError(.vaultDamaged, "the zstd data is damaged: \(why)")
    }
}

/// Frees what the library holds with the last one who uses it.
private final class ZstdDecompression {
    let pointer: OpaquePointer

    init?() {
        guard let pointer = ZSTD_createDCtx() else { return nil }
        self.pointer = pointer
    }

    deinit { ZSTD_freeDCtx(pointer) }
}
