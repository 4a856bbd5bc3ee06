import AsyncHTTPClient
import Basics
import NIOCore
import NIOHTTP1

/// Sends a signed request once, and reads the whole reply.
struct S3Wire: Sendable {
    /// No whole reply came.
    struct Failure: Error {
        let reason: String
        /// Whether another attempt may go better.
        var mayPass = true
    }

    let exchange: @Sendable (S3Message) async throws -> S3Reply

    /// Over async-http-client, whose connections are kept and whose certificates are verified.
    static func live(_ patience: StorePatience) -> S3Wire {
        S3Wire { message in
            do {
                return try await send(message, patience)
            } catch let failure as Failure {
                throw failure
            } catch {
                if Task.isCancelled { throw CancellationError() }
                throw failure(error)
            }
        }
    }

    /// Within the time that the bytes may take at the slowest: the only limit there is.
    private static func send(_ message: S3Message, _ patience: StorePatience) async throws -> S3Reply {
        let limit = patience.limit(for: message.body.readableBytes + (message.method == "GET" ? message.replyLimit : 0))
        return try await withThrowingTaskGroup(of: S3Reply.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await reply(to: message) }
            group.addTask {
                try await Task.sleep(for: limit.duration)
                throw Failure(reason: "it took longer than \(limit)")
            }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    private static func reply(to message: S3Message) async throws -> S3Reply {
        var request = HTTPClientRequest(url: message.url)
        request.method = .init(rawValue: message.method)
        for (name, value) in message.headers { request.headers.replaceOrAdd(name: name, value: value) }
        if message.body.readableBytes > 0 || ["PUT", "POST"].contains(message.method) {
            request.body = .bytes(message.body)
        }
        let reply = try await client.execute(request, deadline: .distantFuture)
        var headers: [String: String] = [:]
        for (name, value) in reply.headers { headers[name.lowercased()] = value }
        var body = ByteBuffer()
        body.reserveCapacity(max(0, min(message.replyLimit, headers["content-length"].flatMap { Int($0) } ?? 0)))
        for try await var piece in reply.body {
            guard body.readableBytes + piece.readableBytes <= message.replyLimit else {
                throw Failure(reason: "its reply is larger than \(message.replyLimit) bytes", mayPass: false)
            }
            body.writeBuffer(&piece)
        }
        return S3Reply(status: Int(reply.status.code), headers: headers, body: body)
    }

    private static func failure(_ error: any Error) -> Failure {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("unableToValidateCertificate") {
            return Failure(reason: "its certificate is not one that this machine trusts", mayPass: false)
        }
        return Failure(reason: ConnectionFailure.reason(error).withoutControls)
    }

    /// Lives as long as the process, for all stores.
    private static let client = HTTPClient(configuration: configuration)

    /// No limit on the time between two reads: while a part goes out on a slow line, nothing comes in for minutes.
    static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout = .init(connect: .seconds(10))
        return configuration
    }
}
