import Basics

extension ByteStream {
    /// A stream of bytes that are in memory already.
    package init(bytes: [UInt8]) {
        let source = BytesInMemory(bytes)
        self.init { () async throws(ReportableError) -> [UInt8]? in await source.next() }
    }

    /// The whole stream, for what is known to be small. Throws `vaultDamaged` when it is longer than `limit` bytes.
    package func collect(limit: Int) async throws(ReportableError) -> [UInt8] {
        var whole: [UInt8] = []
        while let piece = try await next() {
            guard piece.count <= limit - whole.count else {
                throw ReportableError(.vaultDamaged, "there are more than \(limit) bytes, which is too much here")
            }
            whole += piece
        }
        return whole
    }

    /// A piece that `fill` writes in place; it returns how many bytes it wrote. Empty when it wrote none.
    package static func piece(
        _ fill: (UnsafeMutableRawBufferPointer) throws(ReportableError) -> Int
    ) throws(ReportableError) -> [UInt8] {
        var failure: ReportableError?
        let piece = [UInt8](unsafeUninitializedCapacity: pieceLimit) { buffer, count in
            do throws(ReportableError) {
                count = try fill(UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return piece
    }
}

private actor BytesInMemory {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    func next() -> [UInt8]? {
        guard !rest.isEmpty else { return nil }
        let piece = rest.prefix(ByteStream.pieceLimit)
        rest = rest.dropFirst(piece.count)
        return Array(piece)
    }
}
