import Basics
import Foundation
import Glibc
import HostAccess
import Interfaces
import Testing

@Suite struct LiveHTTPTransportTests {
    private let transport = LiveHTTPTransport()

    /// Answers with the path's status and the method, headers and body it got; counts its connections.
    private static let server = """
        import http.server, os, socketserver, sys, time
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def answer(self):
                if self.path == "/slow": time.sleep(5)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                words = [self.command, self.headers.get("X-Test", "-"), self.headers.get("Connection", "-"), body.decode()]
                text = " ".join(words).encode() if self.path != "/big" else b"x" * 100000
                status = int(self.path[1:]) if self.path[1:].isdigit() else 200
                self.send_response(status)
                if status == 302: self.send_header("Location", "/200")
                self.send_header("Content-Length", str(len(text))); self.end_headers(); self.wfile.write(text)
            do_GET = do_POST = answer
            def log_message(self, *words): pass
            def address_string(self): return "-"
        class Unix(socketserver.ThreadingMixIn, socketserver.UnixStreamServer): daemon_threads = True
        if sys.argv[1] == "tcp":
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            print(server.server_address[1], flush=True)
        else:
            server = Unix(sys.argv[2], Handler)
            print("ready", flush=True)
        server.serve_forever()
        """

    private func withServer(_ arguments: [String], _ body: (String) async throws -> Void) async throws {
        let log = "/tmp/slipway-http-\(getpid())-\(UInt32.random(in: .min ... .max)).log"
        defer { unlink(log) }
        let program = try TestProgram("python3", ["-c", Self.server] + arguments, log: log)
        defer { program.kill() }
        try TestProgram.wait { program.output.hasSuffix("\n") }
        try await body(program.output.filter { !$0.isNewline })
    }

    @Test(
        "method, headers and body go out on a connection of their own; any status is a reply; no redirect is followed"
    )
    func exchange() async throws {
        try await withServer(["tcp"]) { port in
            let url = "http://127.0.0.1:\(port)"
            let reply = try await transport.send(
                HTTPRequest("POST", "\(url)/201", headers: ["X-Test": "a"], body: Array("hello".utf8))
            )
            #expect(reply.status == 201 && reply.succeeded)
            #expect(String(decoding: reply.body, as: UTF8.self) == "POST a close hello")
            #expect(try await transport.send(HTTPRequest("GET", "\(url)/503")).status == 503)
            #expect(try await transport.send(HTTPRequest("GET", "\(url)/302")).status == 302)
            #expect(try await transport.send(HTTPRequest("GET", "\(url)/big", replyLimit: 10)).body.count == 10)
        }
    }

    @Test("a reply that does not come in time, a refused connection and a closed one are told apart within a second")
    func failures() async throws {
        try await withServer(["tcp"]) { port in
            let slow = await #expect(throws: ReportableError.self) {
                let request = HTTPRequest(
                    "GET",
                    "http://127.0.0.1:\(port)/slow",
                    timeout: TimeSpan(milliseconds: 300)
                )
                _ = try await self.transport.send(request)
            }
            #expect(slow?.message == "no reply from http://127.0.0.1:\(port)/slow: none within 300ms")
        }
        let time = await ContinuousClock().measure {
            let refused = await #expect(throws: ReportableError.self) {
                _ = try await self.transport.send(HTTPRequest("GET", "http://127.0.0.1:1/"))
            }
            #expect(refused?.message == "no reply from http://127.0.0.1:1/: connection refused")
        }
        #expect(time < .seconds(1))
    }

    @Test("a server on a unix socket is reached")
    func unixSocket() async throws {
        let path = "/tmp/slipway-http-\(getpid()).sock"
        defer { unlink(path) }
        try await withServer(["unix", path]) { _ in
            let address = path.split(separator: "/").joined(separator: "%2F")
            let reply = try await transport.send(HTTPRequest("GET", "http+unix://%2F\(address)/200"))
            #expect(reply.status == 200)
        }
    }
}
