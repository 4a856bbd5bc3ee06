import Basics
import Glibc
import Interfaces
import StackModel
import Synchronization
import Testing

@testable import ProcessEngine

/// What other users of the machine, and replicas that were taken over, get to see and to change.
@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct PrivacyTests {
    private struct Reading {
        let mode: Int
        let user: Int
        let group: Int

        init(_ path: String) {
            var status = stat()
            lstat(path, &status)
            (mode, user, group) = (Int(status.st_mode & 0o7777), Int(status.st_uid), Int(status.st_gid))
        }
    }

    /// Runs a shell text as another user.
    private func run(_ text: String, as user: String, _ harbour: Harbour) async throws -> CommandResult {
        let words = ["--reuid=\(user)", "--regid=\(user)", "--clear-groups", "--", "sh", "-c", text]
        return try await harbour.engine.runner.run(CommandLine("setpriv", words))
    }

    @Test("an edge that was taken over cannot make slipway read or give away a file")
    func edge() async throws {
        try await Harbour.with { harbour in
            let listen = try #require((30_301...30_400).first { Ports.isFree($0) })
            let (edge, app) = (Apps.edge(listen), Apps.server())
            try await harbour.start(edge)
            try await harbour.awaitReady(edge)
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            let (key, work) = ("\(harbour.home)/key", harbour.folder.replica("edge-1").work)
            try Disk.write(Array("root's alone".utf8), to: key)
            for name in ["haproxy.cfg", "edge.cfg", "servers.json", "servers.state"] {
                for deed in ["ln -sf \(key) \(work)/\(name)", "rm -f \(work)/\(name)", "echo x >> \(work)/\(name)"] {
                    #expect(try await run(deed, as: "haproxy", harbour).status != 0, "\(deed)")
                }
                // Names that are not there yet are anyone's.
                _ = try await run("ln -s \(key) \(work)/\(name).draft \(work)/\(name).new", as: "haproxy", harbour)
            }
            try await harbour.perform(.admit("api-1"))
            try await harbour.perform(.reconfigure("edge-1", configuration: edge.configuration), edge)
            try await harbour.perform(.drain("api-1", deadline: .seconds(5)))
            let found = try await run("cat \(work)/* 2>/dev/null", as: "haproxy", harbour)
            #expect(found.output.contains("frontend clients") && !found.output.contains("root's alone"))
            #expect(Disk.text(key) == "root's alone" && Reading(key).mode == 0o600)
        }
    }

    @Test("a source is read by the replicas that run from it, whatever their user, and by nobody else")
    func source() async throws {
        try await Harbour.with { harbour in
            let source = "\(harbour.home)/source"
            try Disk.makeDirectory(source, mode: 0o700)
            let text = "import time; print(open('.npmrc').read(), flush=True); time.sleep(600)\n"
            try Disk.write(Array(text.utf8), to: "\(source)/app.py", mode: 0o644)
            try Disk.write(Array("token".utf8), to: "\(source)/.npmrc", mode: 0o600)
            let digest = try await harbour.engine.digest(ofSource: source)
            let notes = Notes()
            try await harbour.engine.perform(
                .storeSource("api", digest),
                with: StepInputs(
                    stack: harbour.stack,
                    release: 1,
                    sourceDirectory: source,
                    secret: { _ in SecretValue(user: nil, value: Redacted("")) },
                    report: { notes.add($0) }
                )
            )
            #expect(notes.all.count == 1 && notes.all.first?.contains("others may not read .npmrc;") == true)
            let stored = harbour.folder.source(digest)
            let number = try #require(try harbour.engine.allotments.load()[harbour.stack].users["api"])
            #expect(Reading(harbour.folder.sources).mode == 0o711)
            #expect(Reading(stored).mode == 0o750 && Reading(stored).group == Int(number))
            #expect(try await run("cat \(stored)/app.py", as: "65533", harbour).status != 0)
            for (name, user) in [("api", RunUser.dedicated), ("web", .dedicated), ("mail", .named("postgres"))] {
                let app = ReplicaTemplate(
                    service: ServiceName(unchecked: name),
                    kind: "app",
                    command: ["python3", "app.py"],
                    source: digest,
                    user: user
                )
                try await harbour.start(app)
                let logs = LogFiles(harbour.folder.replica(ReplicaID(app.service, 1)))
                try await eventually("\(name) reads its source") { logs.last(1).first?.text == "token" }
            }
        }
    }
}

/// What was reported, by any thread.
private final class Notes: Sendable {
    private let texts = Mutex<[String]>([])

    func add(_ text: String) { texts.withLock { $0.append(text) } }

    var all: [String] { texts.withLock { $0 } }
}
