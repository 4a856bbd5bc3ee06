import Basics
import Interfaces
import NIOCore
import NIOHTTP1
import NIOPosix

/// Answers small requests with SwiftNIO. What a request brings in its body is not looked at.
package struct LiveHTTPListener: HTTPListener {
    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    package init() {}

    package func serve(
        host: String,
        port: Int,
        _ answer: @escaping @Sendable (String, String) async -> HTTPReply
    ) async throws(ReportableError) {
        let server = try await listen(host, port)
        do {
            try await server.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        // A client that goes away in the middle is no error of ours.
                        group.addTask { try? await Self.talk(connection, answer) }
                    }
                }
            }
        } catch {
            guard !Task.isCancelled else { return }
            throw ReportableError(.engineFailed, "nobody is heard at \(host):\(port) any more: \(error)")
        }
    }

    private func listen(_ host: String, _ port: Int)
        async throws(ReportableError) -> NIOAsyncChannel<Connection, Never>
    {
        do {
            return try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw ReportableError(
                .engineFailed,
                "cannot listen at \(host):\(port): \(ConnectionFailure.reason(error))",
                hint: "Choose another address with --listen, or see who has it with `ss --listening --tcp --processes`."
            )
        }
    }

    private static func talk(_ connection: Connection, _ answer: (String, String) async -> HTTPReply) async throws {
        try await connection.executeThenClose { requests, replies in
            var head: HTTPRequestHead?
            for try await part in requests {
                switch part {
                case .head(let new): head = new
                case .body: continue
                case .end:
                    guard let asked = head else { return }
                    let reply = await answer(asked.method.rawValue, asked.uri)
                    try await replies.write(contentsOf: parts(of: reply, to: asked))
                    guard asked.isKeepAlive else { return }
                }
            }
        }
    }

    private static func parts(of reply: HTTPReply, to asked: HTTPRequestHead) -> [HTTPServerResponsePart] {
        let headers: HTTPHeaders = [
            "Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Content-Length": "\(reply.body.count)",
        ]
        let status = HTTPResponseStatus(statusCode: reply.status)
        return [
            .head(HTTPResponseHead(version: asked.version, status: status, headers: headers)),
            .body(.byteBuffer(ByteBuffer(bytes: asked.method == .HEAD ? [] : reply.body))),
            .end(nil),
        ]
    }
}
