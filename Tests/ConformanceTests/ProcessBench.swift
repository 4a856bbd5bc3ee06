import Basics
import FoundationEssentials
import Glibc
import HostAccess
import Interfaces
import Ledger
import Orchestration
import ProcessEngine
import StackModel
import Testing

/// This very machine: s6, HAProxy, Redis, and an app in Python.
final class ProcessBench: EngineBench {
    let folder: String
    let port: Int
    let engine: any Engine
    private let http = LiveHTTPTransport()
    private var home: String { "\(folder)/home" }

    /// What the machine lacks for it, in words; nil when it has everything.
    static let lacking: String? = {
        if geteuid() != 0 { return "the process engine is only tested as root" }
        let programs = ["s6-supervise", "haproxy", "redis-server", "redis-cli", "python3"]
        let folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        let missing = programs.filter { program in !folders.contains { access("\($0)/\(program)", X_OK) == 0 } }
        return missing.isEmpty ? nil : "\(missing.joined(separator: ", ")) not installed"
    }()

    init() throws {
        folder = try TemporaryFolder.make()
        port = try #require(Self.freePort(), "no port is free")
        let runner = LiveCommandRunner()
        engine = ProcessEngine(
            home: "\(folder)/home",
            runner: runner,
            http: http,
            edge: HAProxyEdge(runner: runner)
        )
        for code in ["one", "two"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(code)", withIntermediateDirectories: true)
            let text = BenchApp.text.replacing("@CODE@", with: code)
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(code)/app.py"))
        }
    }

    // MARK: - Requests

    func request() async -> Answer? {
        guard let body = await reply(to: "/") else { return nil }
        return try? JSONDecoder().decode(Answer.self, from: Data(body))
    }

    func load(_ tally: Tally) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 1...3 {
                group.addTask {
                    while !tally.isOver {
                        tally.add(await self.request())
                        try? await Task.sleep(for: .milliseconds(5))
                    }
                }
            }
        }
    }

    func keep(_ word: String) async throws {
        _ = try #require(await reply(to: "/keep/\(word)"), "the word was not kept")
    }

    func keptWord() async throws -> String? {
        let body = try #require(await reply(to: "/kept"), "the data cannot be read")
        return body.isEmpty ? nil : String(decoding: body, as: UTF8.self)
    }

    private func reply(to path: String) async -> [UInt8]? {
        let reply = try? await http.send(HTTPRequest("GET", "http://127.0.0.1:\(port)\(path)"))
        return reply.flatMap { $0.succeeded ? $0.body : nil }
    }

    // MARK: - Processes

    /// Its supervisor first, which would start it again.
    func kill(_ replica: ReplicaID) async throws {
        let observed = try await engine.observe(stack, .glance).replica(replica)
        let program = try #require(observed?.processID)
        let supervisors = found().filter {
            $0.words.first == "s6-supervise" && $0.words.last?.hasSuffix("/\(replica)") == true
        }
        for supervisor in supervisors { Glibc.kill(pid_t(supervisor.id), SIGKILL) }
        Glibc.kill(pid_t(program), SIGKILL)
    }

    func census() -> [ServiceName: Int] {
        var census: [ServiceName: Int] = [:]
        for process in found() {
            if process.words.contains("app.py") { census["api", default: 0] += 1 }
            if process.words.first?.contains("redis-server") == true { census["redis", default: 0] += 1 }
            let folder = process.words.last?.split(separator: "/").last ?? ""
            if process.words.first == "s6-supervise", folder.hasPrefix("edge-") { census["edge", default: 0] += 1 }
        }
        return census
    }

    /// Every process that works in the home folder or names it.
    private func found() -> [(id: Int, words: [String])] {
        let ids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int($0) }
        return ids.compactMap { id in
            guard id != Int(getpid()), let line = FileManager.default.contents(atPath: "/proc/\(id)/cmdline"),
                !line.isEmpty
            else { return nil }
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            let place = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/cwd")) ?? ""
            guard place.hasPrefix(home) || words.contains(where: { $0.contains(home) }) else { return nil }
            return (id, words)
        }
    }

    func tearDown() async {
        do {
            if try await !Ledger(path: ledgerPath).releases(of: stack, limit: 1).isEmpty {
                _ = try await carryOut(.down(destroyData: true))
            }
        } catch {
            Issue.record(error)
        }
        let left = found()
        #expect(left.map { $0.words.joined(separator: " ") } == [], "processes were left behind")
        for process in left { Glibc.kill(pid_t(process.id), SIGKILL) }
        TemporaryFolder.remove(folder)
    }

    private static func freePort() -> Int? {
        (8150..<8170).first { port in
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(socket) }
            var reuse: Int32 = 1
            setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
    }
}
