import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix

/// Why no reply came, in words.
enum ConnectionFailure {
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .remoteConnectionClosed: "the connection was closed"
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { word(of: $0.error) } ?? "no connection"
        default: word(of: error)
        }
    }

    private static func word(of error: any Error) -> String {
        guard let failure = error as? IOError else { return "\(error)" }
        return failure.errnoCode == ECONNREFUSED ? "connection refused" : failure.description
    }
}
