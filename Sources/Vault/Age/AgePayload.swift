import Basics
import Crypto
import FoundationEssentials
import Interfaces

/// The encrypted data behind the header: chunks of 64 KiB, each sealed under its number and whether it is the last, so that
/// none can be left out, moved or added.
struct AgePayload {
    static let chunkLength = 64 << 10
    static let tagLength = 16
    static let sealedLength = chunkLength + tagLength
    static let saltLength = 16
    /// So many chunks are in a piece.
    static let chunksInPiece = ByteStream.pieceLimit / sealedLength

    private let key: SymmetricKey
    /// Eleven bytes of counter, one that says whether the chunk is the last.
    private var nonce = [UInt8](repeating: 0, count: 12)

    init(fileKey: SymmetricKey, salt: some DataProtocol) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: fileKey,
            salt: Array(salt),
            info: Array("payload".utf8),
            outputByteCount: 32
        )
    }

    /// Appends the sealed form of the next chunk.
    mutating func seal(_ chunk: ArraySlice<UInt8>, isLast: Bool, into output: inout [UInt8]) throws(ReportableError) {
        nonce[11] = isLast ? 1 : 0
        do {
            let box = try ChaChaPoly.seal(chunk, using: key, nonce: ChaChaPoly.Nonce(data: nonce))
            box.combined.withUnsafeBytes { output.append(contentsOf: $0.dropFirst(nonce.count)) }
        } catch {
            throw ReportableError(.broken, "cannot encrypt: \(error)")
        }
        count()
    }

    /// Appends what the next chunk holds, which is authentic then. Throws `vaultDamaged`.
    mutating func open(_ chunk: ArraySlice<UInt8>, isLast: Bool, into output: inout [UInt8]) throws(ReportableError) {
        guard let plain = plain(chunk, isLast: isLast) else {
            // The last chunk of a file that was cut off at a border is not damaged in itself.
            let isCut = isLast && plain(chunk, isLast: false) != nil
            throw Self.damaged(isCut ? "it ends early" : "it is not what was encrypted")
        }
        guard !plain.isEmpty || (isLast && isFirst) else { throw Self.damaged("its last chunk is empty") }
        plain.withUnsafeBytes { output.append(contentsOf: $0) }
        count()
    }

    private var isFirst: Bool { nonce[..<11].allSatisfy { $0 == 0 } }

    private mutating func plain(_ chunk: ArraySlice<UInt8>, isLast: Bool) -> Data? {
        nonce[11] = isLast ? 1 : 0
        guard chunk.count >= Self.tagLength else { return nil }
        var combined = Data(capacity: nonce.count + chunk.count)
        combined.append(contentsOf: nonce)
        combined.append(contentsOf: chunk)
        guard let box = try? ChaChaPoly.SealedBox(combined: combined) else { return nil }
        return try? ChaChaPoly.open(box, using: key)
    }

    private mutating func count() {
        for place in (0..<11).reversed() {
            nonce[place] &+= 1
            if nonce[place] != 0 { return }
        }
    }

    static func damaged(_ why: String) -> ReportableError {
        ReportableError(.vaultDamaged, "the encrypted data is damaged: \(why)")
    }
}
