import Basics
import Interfaces

extension ByteStream {
    /// What `age` (version 1) encrypted to the recipient of one of these identities. Nothing is handed out that is not
    /// authentic; that nothing is missing is known only when the stream has ended without an error. Throws `secretFailed`
    /// when no identity fits, `vaultDamaged` for everything else.
    package func decrypted(by identities: [AgeIdentity]) -> ByteStream {
        let stage = AgeDecryption(self, identities)
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in try await stage.next() }
    }
}

private actor AgeDecryption {
    private let source: StreamReader
    private let identities: [AgeIdentity]
    private var payload: AgePayload?
    private var isFinished = false

    init(_ source: ByteStream, _ identities: [AgeIdentity]) {
        self.source = StreamReader(source)
        self.identities = identities
    }

    func next() async throws(ReportableError) -> [UInt8]? {
        guard !isFinished else { return nil }
        var payload = try await openPayload()
        var output: [UInt8] = []
        output.reserveCapacity(AgePayload.chunksInPiece * AgePayload.chunkLength)
        for _ in 0..<AgePayload.chunksInPiece where !isFinished {
            let chunk = try await source.read(AgePayload.sealedLength)
            isFinished = try await source.isAtEnd()
            try payload.open(chunk, isLast: isFinished, into: &output)
        }
        self.payload = payload
        return output.isEmpty ? nil : output
    }

    private func openPayload() async throws(ReportableError) -> AgePayload {
        if let payload { return payload }
        let header = try await AgeHeaderReader.header(from: source)
        let fileKey = try await AgeUnlocking(header).fileKey(for: identities)
        let salt = try await source.read(AgePayload.saltLength)
        guard salt.count == AgePayload.saltLength else { throw AgeHeader.damaged("nothing follows it") }
        return AgePayload(fileKey: fileKey, salt: salt)
    }
}
