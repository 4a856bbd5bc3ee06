import Basics
import Interfaces
import NIOCore
import NIOHTTP1
import NIOPosix

/// Answers small requests with SwiftNIO. What a request brings in its body is not looked at.
package struct LiveHTTPListener: HTTPListener {
    package init() {}

    package func listen(host: String, port: Int) async throws(ReportableError) -> any HTTPEar {
        do {
            let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(30)))
                        try pipeline.addHandler(CloseWhenIdle())
                        try pipeline.configureHTTPServerPipeline()
                        return try LiveHTTPEar.Connection(wrappingChannelSynchronously: channel)
                    }
                }
            return LiveHTTPEar(server: server, place: "\(host):\(port)")
        } catch {
            throw ReportableError(
                .engineFailed,
                "cannot listen at \(host):\(port): \(ConnectionFailure.reason(error))",
                hint: "Choose another address with --listen, or see who has it with `ss --listening --tcp --processes`."
            )
        }
    }
}

/// Ends the connection of a client that has said nothing for long.
private final class CloseWhenIdle: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}

/// An address that clients can connect to.
private struct LiveHTTPEar: HTTPEar {
    typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    let server: NIOAsyncChannel<Connection, Never>
    let place: String

    func serve(_ answer: @escaping @Sendable (String, String) async -> HTTPReply) async throws(ReportableError) {
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
            throw ReportableError(.engineFailed, "nobody is heard at \(place) any more: \(error)")
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
