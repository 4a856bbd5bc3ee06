import Basics
import CZstd
import Interfaces

/// Makes one frame at a time, on a thread of its own: the library computes until it is done.
actor ZstdWorker {
    private let thread = StageQueue("slipway.zstd")
    private let level: Int
    private var context: ZstdCompression?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(level: Int) {
        self.level = level
    }

    /// `portion` as one whole frame that says how long it is and carries a checksum.
    func frame(of portion: ArraySlice<UInt8>) -> Result<[UInt8], ReportableError> {
        Result { () throws(ReportableError) in
            let context = try openContext()
            var answer = 0
            let frame = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(portion.count)) { room, count in
                answer = portion.withUnsafeBytes { bytes in
                    ZSTD_compress2(context.pointer, room.baseAddress, room.count, bytes.baseAddress, bytes.count)
                }
                count = ZSTD_isError(answer) == 0 ? answer : 0
            }
            try ZstdFailure.check(answer, .broken, "cannot compress")
            return frame
        }
    }

    private func openContext() throws(ReportableError) -> ZstdCompression {
        if let context { return context }
        guard let opened = ZstdCompression() else {
            throw ReportableError(.broken, "cannot compress: there is no memory for it")
        }
        for (parameter, value) in [(ZSTD_c_compressionLevel, level), (ZSTD_c_checksumFlag, 1)] {
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
