import Basics
import Foundation
import Interfaces
import Manifests
import StackModel
import Testing

@testable import HostAccess
@testable import ProcessEngine

/// An app behind an edge, both as a spec's stack renders them, on a real HAProxy.
struct EdgeTown {
    let harbour: Harbour
    var edge: Edge
    /// Which version of each secret the release means.
    var versions: [SecretName: Int] = [:]
    /// Between two checks of a replica.
    var interval = TimeSpan(milliseconds: 200)

    init(_ harbour: Harbour, ports: ClosedRange<Int>) throws {
        self.harbour = harbour
        let listen = try #require(ports.first { Ports.isFree($0) })
        edge = Edge(listen: listen, address: "127.0.0.1", routes: [Route(path: "/", service: "api")])
    }

    private var api: App {
        App(
            command: ["python3", "-c", Template(Self.program), "\(.port)"],
            port: 8000,
            health: HealthCheck(readiness: "/readyz", interval: interval)
        )
    }

    /// Answers with its process id and what it was told of the client's scheme; 500 from `/break` to `/mend`.
    private static let program = """
        import http.server, os, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            broken = False
            def do_GET(self):
                if self.path == "/break": Handler.broken = True
                if self.path == "/mend": Handler.broken = False
                isAsked = self.path in ("/readyz", "/break", "/mend")
                text = f"{os.getpid()} {self.headers.get('X-Forwarded-Proto')}".encode()
                self.send_response(500 if Handler.broken and not isAsked else 200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            def log_message(self, *words): pass
        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 256
        Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """

    func template(_ service: ServiceName) throws -> ReplicaTemplate {
        let stack = Stack(
            name: harbour.stack.stack,
            environment: harbour.stack.environment,
            engine: .process,
            services: [
                Service(name: "api", kind: .app(api), replicas: 2),
                Service(name: "edge", kind: .edge(edge)),
            ]
        )
        let address = Address(host: "127.0.0.1", port: edge.listen)
        let inputs = ManifestInputs(
            stack: stack,
            addresses: ["api": address, "edge": address],
            sources: [:],
            secrets: versions
        )
        return try #require(try ProcessManifests.templates(inputs)[service])
    }

    /// The edge, and behind it as many replicas as asked for.
    func build(replicas: Int) async throws {
        let (edge, app) = (try template("edge"), try template("api"))
        try await harbour.start(edge)
        try await harbour.awaitReady(edge)
        for number in 1...replicas {
            try await harbour.start(app, number)
            try await harbour.awaitReady(app, number)
            try await harbour.perform(.admit(ReplicaID("api", number)), app)
        }
        try await expectSame(Array(1...replicas))
    }

    /// Takes up what the edge is declared to be now, as a deploy does.
    func deploy() async throws {
        let template = try template("edge")
        try await harbour.perform(.reconfigure("edge-1", configuration: template.configuration), template)
    }

    var directory: String { harbour.folder.replica("edge-1").work }

    /// The list on disk, the file HAProxy would start from and the running HAProxy have exactly these replicas.
    func expectSame(_ numbers: [Int], sourceLocation: Testing.SourceLocation = #_sourceLocation) async throws {
        let names = numbers.map { "api-\($0)" }
        let place = HAProxyDirectory(path: directory)
        #expect(try place.servers().map(\.replica.description) == names, sourceLocation: sourceLocation)
        let known = try await harbour.engine.edge.servers(at: directory)
        #expect(known.map(\.replica.description) == names, sourceLocation: sourceLocation)
        let lines = try AtomicFile.read(place.configuration).split(separator: "\n").filter {
            $0.hasPrefix("    server api-")
        }
        #expect(lines.count == numbers.count, sourceLocation: sourceLocation)
    }
}

// MARK: - What a client sees

extension EdgeTown {
    struct Answer {
        let status: Int
        let headers: String
        let body: String

        func has(_ header: String) -> Bool { headers.lowercased().contains(header.lowercased()) }
    }

    /// By curl, so that what is asked with, and what is answered, is what everybody sees.
    func get(_ path: String, port: Int? = nil, _ options: String...) async throws -> Answer {
        let url = "\(edge.tls == nil || port != nil ? "http" : "https")://127.0.0.1:\(port ?? edge.listen)\(path)"
        let result = try await run("curl", ["-ksi", "--max-time", "5", "--http1.1"] + options + [url])
        let parts = result.output.components(separatedBy: "\r\n\r\n")
        let status = parts[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Answer(status: status, headers: parts[0] + "\r\n", body: parts.dropFirst().joined())
    }

    /// The name in the certificate that clients are shown.
    func subject() async throws -> String {
        let shown = try await run("openssl", ["s_client", "-connect", "127.0.0.1:\(edge.listen)"]).output
        return String(shown.split(separator: "\n").first { $0.hasPrefix("subject=") } ?? "none")
    }

    /// Asks as fast as it can for so many seconds. How many answers there were, and how many were none.
    func load(seconds: Int, keepAlive: Bool) async throws -> (requests: Int, failures: Int, text: String) {
        let scheme = edge.tls == nil ? "http" : "https"
        let header = keepAlive ? [] : ["-H", "Connection: close"]
        let words = ["-t1", "-c8", "-d\(seconds)s"] + header + ["\(scheme)://127.0.0.1:\(edge.listen)/"]
        let text = try await run("wrk", words).output
        func numbers(_ pattern: String) -> [Int] {
            text.split(separator: "\n").filter { $0.contains(pattern) }.flatMap { line in
                line.split { !$0.isNumber }.compactMap { Int($0) }
            }
        }
        let failures = numbers("Socket errors").reduce(0, +) + numbers("Non-2xx").dropFirst(2).reduce(0, +)
        return (numbers(" requests in ").first ?? 0, failures, text)
    }

    @discardableResult
    func run(_ program: String, _ words: [String]) async throws -> CommandResult {
        try await harbour.engine.runner.run(CommandLine(program, words))
    }
}

/// A certificate of its own making with its key, in PEM.
enum TestCertificate {
    static func make(_ name: String) async throws -> SecretValue {
        let folder = FileManager.default.temporaryDirectory.appending(path: "certificate-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
        let files = ["-keyout", "\(folder)/key", "-out", "\(folder)/certificate"]
        let made = try await LiveCommandRunner().run(
            CommandLine("openssl", ["req", "-x509", "-subj", "/CN=\(name)"] + curve + files)
        )
        try #require(made.succeeded, "\(made.errorOutput)")
        let texts = try ["certificate", "key"].map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
        return .of(nil, texts.joined())
    }
}
