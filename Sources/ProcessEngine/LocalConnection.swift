import Basics
import Glibc

/// One short conversation with a port on 127.0.0.1, bounded in time. Blocks: belongs off the pool.
struct LocalConnection: Sendable {
    let port: Int
    let timeout: TimeSpan

    /// The port accepts a connection.
    var connects: ProbeAnswer {
        withSocket { _, _ in .ready }
    }

    /// A server that answers `PING` serves; one that loads its data does not. Without a login it would ask for a
    /// password before it says that it loads.
    ///
    /// A server that refuses the password has taken up another one, which a reconfiguration cut short left behind:
    /// repeating that mends it, and must not wait for this answer.
    func redisAnswers(_ password: Redacted<String>?) -> ProbeAnswer {
        withSocket { socket, deadline in
            var commands = [["PING"]]
            if let password { commands.insert(["AUTH", RedisAdministrator.user, password.reveal()], at: 0) }
            let replies = lines(socket, Array(commands.map(Self.redisCommand).joined().utf8), commands.count, deadline)
            if replies.first?.hasPrefix("-WRONGPASS") == true || replies.last == "+PONG" { return .ready }
            guard replies.count == commands.count, let line = replies.last else {
                return .notReady("PING got no reply")
            }
            return .notReady("PING answered \(line)")
        }
    }

    /// Each word with its length, so that it may hold anything.
    private static func redisCommand(_ words: [String]) -> String {
        "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
    }

    /// What `pg_isready` does: begins a login and looks whether the server goes on with it. An error also shows a
    /// server that serves, except 57P03: it is starting or stopping.
    var postgresAnswers: ProbeAnswer {
        withSocket { socket, deadline in
            let reply = ask(socket, Self.postgresGreeting, deadline)
            switch reply.first {
            case UInt8(ascii: "R"): return .ready
            case UInt8(ascii: "E"):
                let fields = reply.dropFirst(5).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
                guard fields.contains("C57P03") else { return .ready }
                return .notReady(fields.first { $0.hasPrefix("M") }.map { String($0.dropFirst()) } ?? "it is starting")
            default: return .notReady("a login got no reply")
            }
        }
    }

    private static let postgresGreeting: [UInt8] = {
        let words = ["user", "slipway_probe", "database", "postgres", ""]
        let content: [UInt8] = [0, 3, 0, 0] + words.flatMap { Array($0.utf8) + [UInt8(0)] }
        let length: [UInt8] = [0, 0, 0, UInt8(content.count + 4)]
        return length + content
    }()

    private func withSocket(_ talk: (Int32, ContinuousClock.Instant) -> ProbeAnswer) -> ProbeAnswer {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = Glibc.socket(AF_INET, kind, 0)
        guard socket >= 0 else { return .notReady("it cannot be asked: \(String(cString: strerror(errno)))") }
        defer { close(socket) }
        let deadline = ContinuousClock.now.advanced(by: timeout.duration)
        var address = sockaddr_in(port: port, address: INADDR_LOOPBACK)
        let begun = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if begun != 0 {
            guard errno == EINPROGRESS, wait(socket, POLLOUT, deadline) else { return refused }
            var failure: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            guard getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &size) == 0, failure == 0 else { return refused }
        }
        return talk(socket, deadline)
    }

    private var refused: ProbeAnswer { .notReady("nothing accepts a connection on port \(port)") }

    /// The first piece of the reply; empty when there is none in time.
    private func ask(_ socket: Int32, _ question: [UInt8], _ deadline: ContinuousClock.Instant) -> [UInt8] {
        guard Glibc.send(socket, question, question.count, Int32(MSG_NOSIGNAL)) == question.count else { return [] }
        return receive(socket, deadline)
    }

    /// The first so many lines of the reply, without their ends; fewer when no more come in time.
    private func lines(
        _ socket: Int32,
        _ question: [UInt8],
        _ count: Int,
        _ deadline: ContinuousClock.Instant
    ) -> [String] {
        var reply = ask(socket, question, deadline)
        while reply.count(where: { $0 == UInt8(ascii: "\n") }) < count {
            let more = receive(socket, deadline)
            guard !more.isEmpty else { break }
            reply += more
        }
        let whole = reply[..<(reply.lastIndex(of: UInt8(ascii: "\n")) ?? reply.startIndex)]
        return whole.split(separator: UInt8(ascii: "\n")).prefix(count)
            .map { String(decoding: $0.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self) }
    }

    /// Empty when nothing comes in time, or nothing more.
    private func receive(_ socket: Int32, _ deadline: ContinuousClock.Instant) -> [UInt8] {
        guard wait(socket, POLLIN, deadline) else { return [] }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : []
    }

    private func wait(_ socket: Int32, _ event: Int32, _ deadline: ContinuousClock.Instant) -> Bool {
        var descriptor = pollfd(fd: socket, events: Int16(event), revents: 0)
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            let count = poll(&descriptor, 1, Int32(clamping: max(0, milliseconds)))
            if count < 0 && errno == EINTR { continue }
            return count > 0
        }
    }
}
