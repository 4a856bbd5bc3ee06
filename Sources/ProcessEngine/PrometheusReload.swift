import Basics
import Interfaces
import StackModel

/// Makes a running Prometheus take up its configuration: checked first, then asked whether it did.
struct PrometheusReload: Sendable {
    /// Reading a configuration takes well under a second; a busy machine gets this long.
    private static let patience = TimeSpan.seconds(15)
    private static let file = "prometheus.yml"

    let engine: ProcessEngine
    let folder: ReplicaFolder
    let record: ReplicaRecord

    /// Before the files are in place: a refused one would keep the server from starting again.
    /// Throws `engineFailed` with the words of `promtool`.
    func check(_ files: [FilledFile]) async throws(ReportableError) {
        let candidate = "\(folder.path)/proposed"
        try Disk.makeDirectory(candidate, mode: 0o700)
        try ServiceDirectory.write(files, in: candidate, of: record)
        let result = try await engine.runner.run(
            CommandLine(
                try Programs.locate("promtool"),
                ["check", "config", "\(candidate)/\(Self.file)"],
                directory: "/"
            )
        )
        try Disk.remove(tree: candidate)
        guard !result.succeeded else { return }
        let words = (result.output + "\n" + result.errorOutput).split(separator: "\n").map(String.init)
        throw ReportableError(.engineFailed, "promtool refuses the configuration of \(folder.id)", details: words)
    }

    /// Throws `engineFailed` with the last lines of its log when it does not take up what is on disk.
    func run() async throws(ReportableError) {
        let before = await lastReload()
        try await engine.supervisor(of: folder).send("-h")
        let end = ContinuousClock.now + Self.patience.duration
        while ContinuousClock.now < end {
            try await pause(TimeSpan(milliseconds: 50))
            guard let now = await lastReload() else { continue }
            if now.succeeded && now.time != before?.time { return }
            if !now.succeeded && before?.succeeded != false { break }
        }
        throw ReportableError(
            .engineFailed,
            "\(folder.id) did not take up its new configuration; it goes on with the old one",
            details: LogFiles(folder).last(5).map(\.text)
        )
    }

    /// What the server says of its last reload, and when one last succeeded; nil when it does not answer.
    private func lastReload() async -> (succeeded: Bool, time: String)? {
        guard let port = record.port,
            let reply = try? await engine.http.send(HTTPRequest("GET", "http://127.0.0.1:\(port)/metrics"))
        else { return nil }
        let lines = String(decoding: reply.body, as: UTF8.self).split(separator: "\n")
        func value(_ name: String) -> String? {
            lines.first { $0.hasPrefix("prometheus_config_last_reload_\(name) ") }?.split(separator: " ").last
                .map(String.init)
        }
        guard let successful = value("successful"), let time = value("success_timestamp_seconds") else { return nil }
        return (successful == "1", time)
    }
}
