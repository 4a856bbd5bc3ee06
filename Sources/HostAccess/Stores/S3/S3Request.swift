import NIOCore

/// A request as the store's interface describes it, before it has an address, a date and a signature.
struct S3Request: Sendable {
    let method: String
    /// nil for the bucket itself.
    let key: String?
    /// Not encoded. A parameter without a value has an empty one.
    let query: [String: String]
    /// Names in small letters. All of them are signed.
    var headers: [String: String]
    let body: S3Body
    /// Bytes of the reply's body that are taken; more is refused.
    let replyLimit: Int
    /// The status 200 may be sent before the work is done; an error then follows in the body.
    let answersEarly: Bool

    init(
        _ method: String,
        _ key: String? = nil,
        query: [String: String] = [:],
        headers: [String: String] = [:],
        body: S3Body = .none,
        replyLimit: Int = 1 << 20,
        answersEarly: Bool = false
    ) {
        self.method = method
        self.key = key
        self.query = query
        self.headers = headers
        self.body = body
        self.replyLimit = replyLimit
        self.answersEarly = answersEarly
    }

    /// For messages. Never the query: it may hold an upload's id, and soon holds more.
    func title(_ prefix: String) -> String {
        guard let key, key.hasPrefix(prefix) else { return "\(method) on the bucket" }
        return "\(method) \(key.dropFirst(prefix.count))"
    }
}

/// A request that can be sent as it is.
struct S3Message: Sendable {
    let method: String
    let url: String
    /// Names in small letters.
    let headers: [String: String]
    let body: ByteBuffer
    let replyLimit: Int
}

struct S3Reply: Sendable {
    let status: Int
    /// Names in small letters.
    let headers: [String: String]
    let body: ByteBuffer

    init(status: Int, headers: [String: String] = [:], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    var isGood: Bool { (200..<300).contains(status) }

    /// nil where the body is no XML.
    var document: XMLElement? { XMLElement(Array(body.readableBytesView)) }
}
