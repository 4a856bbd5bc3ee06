import Basics

/// Sends one HTTP request and reads the whole, bounded reply. Any status is a result; no reply is an error.
package protocol HTTPTransport: Sendable {
    func send(_ request: HTTPRequest) async throws(ReportableError) -> HTTPReply
}

package struct HTTPRequest: Sendable {
    package var method: String
    /// `http://127.0.0.1:8000/readyz`, or `http+unix://%2Frun%2Fdocker.sock/_ping` for a socket.
    package var url: String
    package var headers: [String: String]
    package var body: [UInt8]
    package var timeout: TimeSpan
    /// Bytes of the reply's body that are kept.
    package var replyLimit: Int

    package init(
        _ method: String = "GET",
        _ url: String,
        headers: [String: String] = [:],
        body: [UInt8] = [],
        timeout: TimeSpan = .seconds(5),
        replyLimit: Int = 1 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.replyLimit = replyLimit
    }
}

package struct HTTPReply: Sendable {
    package let status: Int
    package let body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    package var succeeded: Bool { (200..<300).contains(status) }
}
