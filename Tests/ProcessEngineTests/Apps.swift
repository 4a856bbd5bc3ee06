import Basics
import StackModel

/// Templates of small programs in Python.
enum Apps {
    /// Serves `/healthz` with 200 on its port and tells its process id at `/`.
    static func server(
        _ body: String = "",
        environment: [String: Template] = [:],
        port: PortUse = .perReplica,
        probe: Probe = .http(path: "/healthz"),
        limits: Resources = Resources(),
        stop: StopRule = StopRule(grace: .seconds(5)),
        listensOn: String = "int(os.environ['PORT'])"
    ) -> ReplicaTemplate {
        python(
            """
            import http.server, os, sys, time, threading, signal, subprocess
            class Handler(http.server.BaseHTTPRequestHandler):
                status = 200
                def do_GET(self):
                    self.send_response(Handler.status); self.end_headers(); self.wfile.write(str(os.getpid()).encode())
                def log_message(self, *words): pass
            \(body)
            server = http.server.ThreadingHTTPServer(("127.0.0.1", \(listensOn)), Handler)
            print("serving", flush=True)
            server.serve_forever()
            """,
            environment: environment.merging(["PORT": "\(Template.Segment.port)"]) { $1 },
            port: port,
            probe: probe,
            limits: limits,
            stop: stop
        )
    }

    /// Runs a program text as a file in the replica's directory.
    static func python(
        _ text: String,
        environment: [String: Template] = [:],
        port: PortUse = .none,
        probe: Probe = .running,
        limits: Resources = Resources(),
        stop: StopRule = StopRule(grace: .seconds(5))
    ) -> ReplicaTemplate {
        ReplicaTemplate(
            service: "api",
            kind: "app",
            command: ["python3", "\(Template.Segment.directory)/app.py"],
            environment: environment,
            files: [RenderedFile(path: "app.py", content: Template(text))],
            port: port,
            probe: probe,
            probeTiming: ProbeTiming(interval: TimeSpan(milliseconds: 100)),
            limits: limits,
            stop: stop
        )
    }
}
