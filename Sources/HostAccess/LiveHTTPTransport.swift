import AsyncHTTPClient
import Basics
import Interfaces
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends requests with async-http-client. The client and its threads come to life with the first request, so that a
/// command that speaks no HTTP pays nothing.
///
/// Every request has a connection of its own and follows no redirect: a reply says something about this moment and
/// this address, not about a pooled connection or another server.
package struct LiveHTTPTransport: HTTPTransport {
    package init() {}

    /// Throws `engineFailed` when there is no reply within the request's timeout, `interrupted` when cancelled.
    package func send(_ request: HTTPRequest) async throws(ReportableError) -> HTTPReply {
        do {
            return try await exchange(request)
        } catch {
            if Task.isCancelled { throw ReportableError(.interrupted, "the request to \(request.url) was interrupted") }
            throw ReportableError(.engineFailed, "no reply from \(request.url): \(Self.reason(error, request))")
        }
    }

    /// Lives as long as the process: shutting it down at exit would only cost time.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.maximumUsesPerConnection = 1
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(5)
        return HTTPClient(configuration: configuration)
    }()

    private func exchange(_ request: HTTPRequest) async throws -> HTTPReply {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = .init(rawValue: request.method)
        for (name, value) in request.headers { outgoing.headers.replaceOrAdd(name: name, value: value) }
        outgoing.headers.replaceOrAdd(name: "Connection", value: "close")
        if !request.body.isEmpty { outgoing.body = .bytes(request.body) }
        let timeout = TimeAmount.milliseconds(Int64(request.timeout.milliseconds))
        let reply = try await Self.client.execute(outgoing, deadline: .now() + timeout)
        var body: [UInt8] = []
        for try await piece in reply.body {
            body.append(contentsOf: piece.readableBytesView.prefix(request.replyLimit - body.count))
            // The rest of the body is not read; its connection is closed with it.
            if body.count >= request.replyLimit { break }
        }
        return HTTPReply(status: Int(reply.status.code), body: body)
    }

    private static func reason(_ error: any Error, _ request: HTTPRequest) -> String {
        switch error {
        case let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout:
            "none within \(request.timeout)"
        default: ConnectionFailure.reason(error)
        }
    }
}
