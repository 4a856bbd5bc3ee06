import Crypto
import FoundationEssentials
import NIOCore

/// What goes with a request. It is hashed once, whatever asks for the digest: the signature of every attempt, and the checksum.
struct S3Body: Sendable {
    static let none = S3Body(ByteBuffer())

    let bytes: ByteBuffer
    private let sha256: SHA256.Digest

    init(_ bytes: ByteBuffer) {
        self.bytes = bytes
        var hasher = SHA256()
        bytes.withUnsafeReadableBytes { hasher.update(bufferPointer: $0) }
        sha256 = hasher.finalize()
    }

    /// As signatures write it.
    var hexDigest: String { SigV4.hex(sha256) }

    /// As checksums write it.
    var base64Digest: String { Data(sha256).base64EncodedString() }

    /// For stores that know no other checksum.
    var md5: String {
        var hasher = Insecure.MD5()
        bytes.withUnsafeReadableBytes { hasher.update(bufferPointer: $0) }
        return Data(hasher.finalize()).base64EncodedString()
    }
}
