import Basics
import Glibc

/// One of HAProxy's command sockets: a command goes in, its whole answer comes out. Blocks.
struct HAProxySocket: Sendable {
    /// A busy HAProxy answers within milliseconds; one that is silent for this long is broken.
    static let patience = 5
    /// More than the table of a hundred thousand servers.
    static let answerLimit = 64 << 20
    /// `sun_path` holds 108 bytes with the NUL; HAProxy binds `<path>.<pid>.tmp` first.
    static let pathLimit = 107 - ".4194304.tmp".utf8.count

    let path: String

    /// True when something listens. False when the program is not running.
    func isListening() -> Bool {
        guard let connection = try? connected() else { return false }  // why it is not does not matter here
        close(connection)
        return true
    }

    /// Throws `engineFailed` when nobody listens or the answer does not come.
    func ask(_ command: String) throws(ReportableError) -> String {
        let connection = try connected()
        defer { close(connection) }
        try send(Array("\(command)\n".utf8), over: connection)
        shutdown(connection, Int32(SHUT_WR))
        let answer = try receive(from: connection)
        return String(decoding: answer, as: UTF8.self)
    }

    private func connected() throws(ReportableError) -> Int32 {
        guard path.utf8.count <= Self.pathLimit else {
            throw ReportableError(
                .engineFailed,
                "the path of the edge's socket is longer than \(Self.pathLimit) bytes: \(path)",
                hint: "Use a shorter SLIPWAY_HOME."
            )
        }
        let connection = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard connection >= 0 else { throw failure() }
        var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            let error = failure()
            close(connection)
            throw error
        }
        return connection
    }

    private func send(_ bytes: [UInt8], over connection: Int32) throws(ReportableError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw failure() }
            rest = rest.dropFirst(count)
        }
    }

    private func receive(from connection: Int32) throws(ReportableError) -> [UInt8] {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(connection, $0.baseAddress, $0.count, 0) }
            guard count >= 0 else { throw failure() }
            guard count > 0 else { return answer }
            answer += buffer[..<count]
            guard answer.count <= Self.answerLimit else {
                throw ReportableError(.engineFailed, "the edge's answer on \(path) does not end")
            }
        }
    }

    private func failure() -> ReportableError {
        ReportableError(.engineFailed, "the edge does not answer on \(path): \(String(cString: strerror(errno)))")
    }
}
