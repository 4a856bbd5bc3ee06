import Basics
import Crypto
import Interfaces

extension ByteStream {
    /// The stream as `age` encrypts it (version 1). Throws `invalidSpec` without a recipient, or for a passphrase beside others.
    package func encrypted(to recipients: [AgeRecipient]) throws(ReportableError) -> ByteStream {
        guard !recipients.isEmpty else {
            throw ReportableError(.invalidSpec, "there is nobody to encrypt to")
        }
        let isAlone = recipients.count == 1
        for case .passphrase in recipients.map(\.kind) where !isAlone {
            throw ReportableError(.invalidSpec, "a passphrase cannot stand beside other recipients")
        }
        let stage = AgeEncryption(self, recipients)
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in try await stage.next() }
    }
}

private actor AgeEncryption {
    private let source: StreamReader
    private let recipients: [AgeRecipient]
    private var payload: AgePayload?
    private var isFinished = false

    init(_ source: ByteStream, _ recipients: [AgeRecipient]) {
        self.source = StreamReader(source)
        self.recipients = recipients
    }

    func next() async throws(ReportableError) -> [UInt8]? {
        guard !isFinished else { return nil }
        guard var payload else { return try await start() }
        var output: [UInt8] = []
        output.reserveCapacity(AgePayload.chunksInPiece * AgePayload.sealedLength)
        for _ in 0..<AgePayload.chunksInPiece where !isFinished {
            let chunk = try await source.read(AgePayload.chunkLength)
            isFinished = try await source.isAtEnd()
            try payload.seal(chunk, isLast: isFinished, into: &output)
        }
        self.payload = payload
        return output
    }

    /// The header and what the payload's key is salted with.
    private func start() async throws(ReportableError) -> [UInt8] {
        let fileKey = AgeFileKey.generate()
        var stanzas: [AgeStanza] = []
        for recipient in recipients { stanzas.append(try await stanza(for: recipient, fileKey)) }
        let header = AgeHeader(stanzas, fileKey: fileKey).bytes
        guard header.count <= AgeHeader.limit else {
            throw ReportableError(.invalidSpec, "\(recipients.count) recipients are more than a header holds")
        }
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        payload = AgePayload(fileKey: fileKey, salt: salt)
        return header + salt
    }

    private func stanza(
        for recipient: AgeRecipient,
        _ fileKey: SymmetricKey
    ) async throws(ReportableError) -> AgeStanza {
        switch recipient.kind {
        case .passphrase(let passphrase):
            return try await AgePassphraseWrap.wrap(fileKey, for: passphrase)
        case .key(let key):
            do {
                return try AgeKeyWrap.wrap(fileKey, for: key)
            } catch {
                throw ReportableError(.invalidSpec, "cannot encrypt to \(recipient): it is not a usable key")
            }
        }
    }
}
