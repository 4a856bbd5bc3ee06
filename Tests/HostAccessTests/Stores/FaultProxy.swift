import Foundation
import Glibc
import Synchronization

/// An HTTP proxy between a store and its server that does to requests what a test wants: one connection for each, so that
/// every request can be counted.
final class FaultProxy: Sendable {
    struct Request: Sendable {
        /// Counts from one.
        let number: Int
        let method: String
        /// With the query.
        let target: String
        let head: String
    }

    enum Fault: Sendable {
        /// The server never hears of it; the connection is closed.
        case cutBefore
        /// The server does it; nobody hears so.
        case cutAfter
        /// So many bytes of the reply come.
        case cutReply(Int)
        case answers(Int, String)
        /// The server does it, and this is said instead.
        case answersAfter(Int, String)
        case waits(milliseconds: Int)
    }

    let port: Int
    private let listener: Int32
    private let server: Int
    private let rule: @Sendable (Request) -> Fault?
    private let seen = Mutex<[Request]>([])

    init(to server: Int, _ rule: @escaping @Sendable (Request) -> Fault?) throws {
        self.server = server
        self.rule = rule
        port = RawConnection.freePort()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard LoopbackSocket.listen(listener, on: port) else { throw RawConnection.CannotConnect() }
        Thread.detachNewThread { [self] in accept() }
    }

    var requests: [Request] { seen.withLock { $0 } }

    func count(_ method: String, _ part: String = "") -> Int {
        requests.count { $0.method == method && (part.isEmpty || $0.target.contains(part)) }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func accept() {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { return }
            Thread.detachNewThread { [self] in
                serve(connection)
                close(connection)
            }
        }
    }

    private func serve(_ connection: Int32) {
        guard let (head, body) = LoopbackSocket.readRequest(connection) else { return }
        let words = head.split(separator: " ", maxSplits: 2).map(String.init)
        let request = seen.withLock { seen in
            seen.append(Request(number: seen.count + 1, method: words[0], target: words[1], head: head))
            return seen[seen.count - 1]
        }
        let fault = rule(request)
        switch fault {
        case .cutBefore: return
        case .answers(let status, let text): return answer(connection, status, text)
        case .waits(let time): usleep(UInt32(time) * 1000)
        default: break
        }
        let reply = LoopbackSocket.exchange(Self.closing(head) + body, port: server)
        switch fault {
        case .cutAfter: return
        case .answersAfter(let status, let text): answer(connection, status, text)
        case .cutReply(let count): LoopbackSocket.write(Array(reply.prefix(count)), to: connection)
        default: LoopbackSocket.write(reply, to: connection)
        }
    }

    private func answer(_ connection: Int32, _ status: Int, _ text: String) {
        let head = "HTTP/1.1 \(status) X\r\nConnection: close\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
        LoopbackSocket.write(Array((head + text).utf8), to: connection)
    }

    /// The same request on a connection that ends with it.
    private static func closing(_ head: String) -> [UInt8] {
        Array((head.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n")).utf8)
    }
}

/// Blocking calls on sockets of this machine.
enum LoopbackSocket {
    static func listen(_ socket: Int32, on port: Int) -> Bool {
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        return use(port) { bind(socket, $0, $1) } == 0 && Glibc.listen(socket, 64) == 0
    }

    static func readRequest(_ socket: Int32) -> (head: String, body: [UInt8])? {
        var bytes: [UInt8] = []
        let end = Array("\r\n\r\n".utf8)
        while bytes.count < 1 << 16 {
            guard let more = read(socket, 4096) else { return nil }
            bytes += more
            guard let mark = bytes.firstRange(of: end) else { continue }
            let head = String(decoding: bytes[..<mark.upperBound], as: UTF8.self)
            var body = Array(bytes[mark.upperBound...])
            let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            let length = line.flatMap { Int($0.drop { !$0.isNumber }) } ?? 0
            while body.count < length {
                guard let more = read(socket, 1 << 16) else { return nil }
                body += more
            }
            return (head, body)
        }
        return nil
    }

    /// Everything that the server sends back until it closes.
    static func exchange(_ bytes: [UInt8], port: Int) -> [UInt8] {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        guard use(port, { connect(connection, $0, $1) }) == 0 else { return [] }
        write(bytes, to: connection)
        var reply: [UInt8] = []
        while let more = read(connection, 1 << 16) { reply += more }
        return reply
    }

    static func write(_ bytes: [UInt8], to socket: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func read(_ socket: Int32, _ limit: Int) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = recv(socket, &buffer, limit, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    private static func use(_ port: Int, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
