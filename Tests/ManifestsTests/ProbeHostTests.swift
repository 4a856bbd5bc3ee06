import Basics
import Foundation
import StackModel
import Testing

@testable import Manifests

@Suite("The Host that a health check sends")
struct ProbeHostTests {
    private static func stack(_ host: String?) -> Stack {
        ComposeStack.stack { $0.health = HealthCheck(liveness: "/healthz", readiness: "/readyz", host: host) }
    }

    @Test("is one and the same on every target", arguments: [nil, "shop.example.com"])
    func isOne(_ host: String?) throws {
        let expected = host ?? "localhost"
        var cluster = Self.stack(host)
        cluster.engine = .kubernetes
        let api = try #require(try KubernetesObjects(cluster).one("Deployment", "api")?.podTemplate)
        for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
            let headers = api.at("spec.containers.*.\(probe).httpGet.httpHeaders")
            #expect(headers == [[["name": "Host", "value": .text(expected)]]], "\(probe)")
        }
        for (target, stack) in [(ManifestTarget.compose, Self.stack(host)), (.process, Self.process(host))] {
            let files = try StackManifests.files(of: stack, for: target)
            let edge = files.first { $0.path.hasSuffix("haproxy.cfg") }?.content ?? ""
            #expect(edge.contains("uri /readyz ver HTTP/1.1 hdr Host \(expected) hdr"), "\(target)")
        }
        let compose = try ComposeStack.files(Self.stack(host))["compose.yaml"] ?? ""
        #expect(compose.contains("host='\(expected)'"))
        let templates = try ProcessManifests.templates(ShopStack.inputs(Self.process(host)))
        #expect(templates["api"]?.probe == .http(path: "/readyz", host: host))
    }

    private static func process(_ host: String?) -> Stack {
        var stack = ShopStack.stack()
        for index in stack.services.indices where stack.services[index].name == "api" {
            guard case .app(var app) = stack.services[index].kind else { continue }
            app.health = HealthCheck(readiness: "/readyz", host: host)
            stack.services[index].kind = .app(app)
        }
        return stack
    }

    /// A server that answers one host only, asked by the script with one program after the other.
    @Test("reaches a program with a list of allowed hosts, whatever the image has to ask with")
    func isSent() throws {
        func script(_ host: String?) -> String {
            ImageProbe.script(HealthCheck(readiness: "/readyz?a=b", host: host), port: 59_999)
        }
        let found = try run(["python3", "-c", Self.asker, script("shop.example.com"), script(nil)])
        #expect(found.status == 0, "\(found.output)")
        let lines = found.output.split(separator: "\n")
        #expect(lines.count >= 3 && lines.allSatisfy { $0.hasSuffix(" 0 1") }, "\(found.output)")
    }

    private static let asker = """
        import http.server, os, shutil, subprocess, sys, tempfile, threading
        class Server(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                good = self.headers.get_all("Host") == ["shop.example.com"] and self.path == "/readyz?a=b"
                self.send_response(200 if good else 400)
                self.end_headers()
            def log_message(self, *_): pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for tool in ["curl", "wget", "python3", "node", "perl"]:
            place = sys.executable if tool == "python3" else shutil.which(tool)
            if not place: continue
            with tempfile.TemporaryDirectory() as folder:
                os.symlink(place, folder + "/" + tool)
                codes = [subprocess.run(["/bin/sh", "-c", text.replace("59999", str(server.server_port))],
                                        env={"PATH": folder}, capture_output=True).returncode for text in sys.argv[1:]]
            print(tool, *[min(code, 1) if code >= 0 else 1 for code in codes])
        """
}
