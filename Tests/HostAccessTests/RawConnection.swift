import Foundation
import Glibc

/// A TCP connection to this machine, with nothing between the test and the bytes. Blocks, five seconds at most.
final class RawConnection: Sendable {
    struct Closed: Error {}
    struct CannotConnect: Error {}

    private let socket: Int32

    init(port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard Self.use(port: port, { connect(socket, $0, $1) }) == 0 else { throw CannotConnect() }
    }

    deinit { close(socket) }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { throw Closed() }
    }

    /// Throws `Closed` when the other side closes first or is silent for too long.
    func receive(until isWhole: (String) -> Bool) throws -> String {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !isWhole(text) {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { throw Closed() }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        return text
    }

    /// An HTTP connection that was upgraded, as WebSockets are, and echoes lines.
    static func upgraded(port: Int) throws -> RawConnection {
        let connection = try RawConnection(port: port)
        try connection.send("GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
        _ = try connection.receive(until: { $0.contains(" 101 ") && $0.hasSuffix("\r\n\r\n") })
        return connection
    }

    func echoes(_ word: String) -> Bool {
        do {
            try send("\(word)\n")
            return try receive(until: { $0.hasSuffix("\n") }) == "\(word)\n"
        } catch {
            return false
        }
    }

    static func canConnect(to port: Int) -> Bool { (try? RawConnection(port: port)) != nil }

    /// A port that nobody listens on now.
    static func freePort() -> Int {
        let probe = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        _ = use(port: 0) { bind(probe, $0, $1) }
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(probe, $0, &size) }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func use(port: Int, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
