import Foundation

/// Load from `wrk` while a test does something.
final class HAProxyLoad: Sendable {
    struct Report: CustomStringConvertible {
        let requests: Int
        /// Replies that were no 2xx, and connections that broke.
        let failures: Int
        let text: String
        var description: String { "\(requests) requests, \(failures) failed" }
    }

    private let program: TestProgram
    private let log: String

    init(port: Int, directory: String, connections: Int, keepAlive: Bool = true) throws {
        log = "\(directory)/wrk-\(keepAlive).log"
        let header = keepAlive ? [] : ["-H", "Connection: close"]
        program = try TestProgram(
            "wrk",
            ["-t1", "-c\(connections)", "-d600s"] + header + ["http://127.0.0.1:\(port)/orders"],
            log: log
        )
    }

    /// Ends the load and says how it went.
    func finish() -> Report {
        program.interrupt()
        let text = program.output
        return Report(
            requests: Self.number(in: text, before: " requests in") ?? 0,
            failures: (Self.number(in: text, after: "Non-2xx or 3xx responses: ") ?? 0) + Self.socketErrors(in: text),
            text: text
        )
    }

    private static func socketErrors(in text: String) -> Int {
        ["connect ", "read ", "write ", "timeout "].compactMap { word in
            text.contains("Socket errors:") ? number(in: text, after: word) : nil
        }.reduce(0, +)
    }

    private static func number(in text: String, after mark: String) -> Int? {
        guard let start = text.range(of: mark)?.upperBound else { return nil }
        return Int(text[start...].prefix { $0.isNumber })
    }

    private static func number(in text: String, before mark: String) -> Int? {
        guard let end = text.range(of: mark)?.lowerBound else { return nil }
        return Int(String(text[..<end].reversed().prefix { $0.isNumber }.reversed()))
    }
}
