import Basics
import Crypto
import FoundationEssentials
import StackModel

/// Signs requests as Amazon's "Signature Version 4" says, with the digest of the whole body.
struct SigV4: Sendable {
    let credentials: S3Credentials
    let place: S3Place

    /// The request with its address, the moment, and the signature over every header it has.
    func sign(_ request: S3Request, at now: Instant) -> S3Message {
        let time = StoreTime.compact(now)
        let path = place.root + (request.key.map { "/" + Self.encoded($0, keeping: "/") } ?? "/")
        let payload = request.body.hexDigest
        var headers = request.headers
        headers["host"] = place.host
        headers["x-amz-date"] = time
        headers["x-amz-content-sha256"] = payload
        if let token = credentials.sessionToken { headers["x-amz-security-token"] = token.reveal() }

        let query = Self.canonical(request.query)
        let names = headers.keys.sorted()
        let lines = names.map { "\($0):\(Self.trimmed(headers[$0] ?? ""))\n" }.joined()
        let signed = names.joined(separator: ";")
        let canonical = [request.method, path, query, lines, signed, payload].joined(separator: "\n")
        let scope = "\(time.prefix(8))/\(place.region)/s3/aws4_request"
        let text = ["AWS4-HMAC-SHA256", time, scope, Digest(of: canonical).hex].joined(separator: "\n")
        let signature = Self.hex(Self.code(text, key: signingKey(day: String(time.prefix(8)))))
        headers["authorization"] =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey.reveal())/\(scope),"
            + "SignedHeaders=\(signed),Signature=\(signature)"
        return S3Message(
            method: request.method,
            url: "\(place.isSecure ? "https" : "http")://\(place.host)\(path)\(query.isEmpty ? "" : "?\(query)")",
            headers: headers,
            body: request.body.bytes,
            replyLimit: request.replyLimit
        )
    }

    private func signingKey(day: String) -> SymmetricKey {
        let start = SymmetricKey(data: Data("AWS4\(credentials.secretKey.reveal())".utf8))
        return [day, place.region, "s3", "aws4_request"].reduce(start) { key, word in
            SymmetricKey(data: Data(Self.code(word, key: key)))
        }
    }

    private static func code(_ text: String, key: SymmetricKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
    }

    private static func canonical(_ query: [String: String]) -> String {
        query.map { (encoded($0.key), encoded($0.value)) }.sorted { $0.0 < $1.0 }
            .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }

    /// Percent-encoded as the signature wants it: everything but letters, digits and `-._~`.
    static func encoded(_ text: String, keeping kept: String = "") -> String {
        let plain = Set("-._~\(kept)".utf8)
        return text.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            let isPlain = byte < 128 && (character.isLetter || character.isNumber || plain.contains(byte))
            return isPlain ? String(character) : "%" + hex([byte]).uppercased()
        }.joined()
    }

    /// nil when a percent sign stands before anything but two digits, or the result is no text.
    static func decoded(_ text: String) -> String? {
        let parts = text.split(separator: "%", omittingEmptySubsequences: false)
        var bytes = Array((parts.first ?? "").utf8)
        for part in parts.dropFirst() {
            guard part.utf8.count >= 2, let byte = UInt8(part.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            bytes += part.dropFirst(2).utf8
        }
        return String(validating: bytes, as: UTF8.self)
    }

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
