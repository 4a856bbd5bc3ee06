import Basics
import Foundation
import Glibc
import Interfaces
import StackModel
import Testing

@testable import HostAccess

/// A directory with an edge in it, a real HAProxy that runs from it, and real servers behind it.
final class HAProxyLab: @unchecked Sendable {  // used by one test at a time
    let directory: String
    let port = RawConnection.freePort()
    let edge = HAProxyEdge(runner: PlainRunner())
    private(set) var backends: [Int: HAProxyBackend] = [:]
    private var ports: [Int: Int] = [:]
    private var haproxy: TestProgram?

    init() throws {
        directory = "/tmp/haproxy-lab-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try write(configuration(), to: "edge.cfg")
    }

    /// Ends everything and removes the directory.
    func close() {
        stopHAProxy()
        for backend in backends.values { backend.stop() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    var place: HAProxyDirectory { HAProxyDirectory(path: directory) }
    var master: Int { haproxy?.processID ?? 0 }
    var haproxyLog: String { haproxy?.output ?? "" }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
    }

    func startHAProxy() throws {
        haproxy = try TestProgram(
            "haproxy",
            ["-W", "-db", "-S", "\(directory)/master.sock,mode,600", "-f", "\(directory)/haproxy.cfg"],
            log: "\(directory)/haproxy.log"
        )
        try TestProgram.wait { (try? self.place.runtime.workerProcess()) != nil }
    }

    /// Kills the master; the worker follows it.
    func stopHAProxy() {
        guard let running = haproxy else { return }
        let workers = (try? place.runtime.workers()).map { $0.current + $0.old } ?? []
        running.kill()
        for worker in workers { Glibc.kill(pid_t(worker), SIGKILL) }
        haproxy = nil
        try? TestProgram.wait { !RawConnection.canConnect(to: self.port) }
    }

    @discardableResult
    func startBackend(_ number: Int, ready: Bool = true) throws -> HAProxyBackend {
        let port = port(of: number)
        let backend = try HAProxyBackend(port: port, directory: directory)
        try backend.setReady(ready)
        try backend.waitUntilListening()
        backends[number] = backend
        return backend
    }

    func port(of number: Int) -> Int {
        let port = ports[number] ?? RawConnection.freePort()
        ports[number] = port
        return port
    }

    func server(_ number: Int) -> EdgeBackend {
        EdgeBackend(replica: ReplicaID("api", number), address: Address(host: "127.0.0.1", port: port(of: number)))
    }

    func admit(_ number: Int, deadline: TimeSpan = .seconds(5)) async throws {
        try await edge.admit(server(number), at: directory, deadline: deadline)
    }

    func withdraw(_ number: Int, deadline: TimeSpan = .seconds(5)) async throws -> Int {
        try await edge.withdraw(ReplicaID("api", number), at: directory, deadline: deadline)
    }

    /// The list, the configuration, the state file and the running HAProxy all say exactly this.
    func expectEverywhere(_ numbers: [Int], sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
        let servers = numbers.map(server)
        #expect(try place.servers() == servers, sourceLocation: sourceLocation)
        let lines = try AtomicFile.read(place.configuration).split(separator: "\n")
            .filter { $0.hasPrefix("    server ") }
        #expect(lines == servers.map { "    server \($0.replica) \($0.address)" }, sourceLocation: sourceLocation)
        #expect(
            try AtomicFile.read("\(directory)/servers.state") == HAProxyServerState.unprobed(servers),
            sourceLocation: sourceLocation
        )
        guard haproxy != nil else { return }
        let known = try place.runtime.servers().sorted { $0.name < $1.name }
        #expect(known.map(\.address) == servers.map(\.address), sourceLocation: sourceLocation)
        #expect(known.filter(\.isReady).count == servers.count, sourceLocation: sourceLocation)
    }

    /// The line of `show stat` about a server.
    func statistics(of number: Int) throws -> HAProxyTable.Row? {
        HAProxyTable(try place.runtime.worker.ask("show stat -1 4 -1"), separator: ",").rows
            .first { $0["svname"] == "api-\(number)" }
    }

    func configuration(comment: String = "") -> String {
        """
        # \(comment)
        global
            stats socket "\(directory)/runtime.sock" mode 600 level admin expose-fd listeners
            server-state-file "\(directory)/servers.state"
            maxconn 2000
            max-spread-checks 50
        defaults
            mode http
            option idle-close-on-response
            option redispatch 1
            retries 3
            retry-on conn-failure empty-response
            http-reuse safe
            load-server-state-from-file global
            timeout connect 3s
            timeout client 60s
            timeout server 60s
            timeout tunnel 1h
            timeout http-keep-alive 10s
        frontend clients
            bind 127.0.0.1:\(port)
            default_backend api
        backend api
            balance leastconn
            option httpchk
            http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host api
            http-check expect status 200-299
            default-server check inter 500ms fastinter 20ms downinter 20ms rise 1 fall 2 pool-max-conn -1 pool-purge-delay 2s
            # servers of api

        """
    }
}

/// Runs programs for the tests; the live runner has tests of its own.
struct PlainRunner: CommandRunner {
    func run(_ command: CommandLine) async throws(ReportableError) -> CommandResult {
        let log = "/tmp/plain-runner-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: log) }
        do {
            let program = try TestProgram(command.program, command.arguments, log: log)
            let status = program.wait()
            return CommandResult(status: status, output: "", errorOutput: program.output)
        } catch {
            throw ReportableError(.engineFailed, "cannot run \(command.program): \(error)")
        }
    }
}
