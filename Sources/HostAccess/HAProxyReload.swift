import Basics
import Glibc
import Interfaces

/// Makes a running HAProxy take up the rendered file: checked first, then a new worker beside the old one, which
/// hands over its listeners and finishes what it has.
struct HAProxyReload: Sendable {
    /// A worker starts in well under a second; a machine that is short of everything gets this long.
    static let patience = TimeSpan.seconds(30)

    let place: HAProxyDirectory
    let queue: BlockingQueue
    let runner: any CommandRunner

    /// Throws `engineFailed` with the words of `haproxy -c` when it refuses the rendered file.
    func check() async throws(ReportableError) {
        try await queue.run { () throws(ReportableError) in
            try place.write(try place.proposed().composed(with: try place.servers()), to: place.candidate)
        }
        defer { unlink(place.candidate) }
        let result = try await runner.run(CommandLine("haproxy", ["-c", "-f", place.candidate]))
        guard result.succeeded else {
            throw ReportableError(
                .engineFailed,
                "HAProxy refuses the configuration \(place.template)",
                details: Self.words(of: result)
            )
        }
    }

    func run(master: Int) async throws(ReportableError) {
        try await check()
        let before = try await queue.run { () throws(ReportableError) in try begin(master) }
        do {
            try await waitForNewWorker(after: before)
        } catch {
            try await queue.run { () throws(ReportableError) in
                try place.save(try place.servers(), in: before.configuration)
            }
            throw error
        }
        try await queue.run { () throws(ReportableError) in try place.saveUnprobedState() }
    }

    private struct Before: Sendable {
        let worker: Int?
        let failedReloads: Int
        let configuration: HAProxyConfiguration
    }

    private func begin(_ master: Int) throws(ReportableError) -> Before {
        let workers = try place.runtime.workers()
        guard workers.master == master else {
            throw ReportableError(
                .engineFailed,
                "process \(master) is not the edge's master, which is \(workers.master.map(String.init) ?? "unknown")"
            )
        }
        let before = Before(
            worker: try place.runtime.workerProcess(),
            failedReloads: workers.failedReloads,
            configuration: try place.accepted()
        )
        try place.save(try place.servers(), in: try place.proposed())
        try place.saveRunningState(try place.runtime.states())
        guard kill(pid_t(master), SIGUSR2) == 0 else {
            throw ReportableError(
                .engineFailed,
                "cannot signal the edge's process \(master): \(String(cString: strerror(errno)))"
            )
        }
        return before
    }

    /// Done when another worker answers and none is both new and on its way out.
    private func waitForNewWorker(after before: Before) async throws(ReportableError) {
        let end = ContinuousClock.now + Self.patience.duration
        while ContinuousClock.now < end {
            try await HAProxyEdge.pause()
            let outcome = await look(after: before)
            if outcome == .took { return }
            if outcome == .failed { break }
        }
        throw ReportableError(
            .engineFailed,
            "the edge did not take up its new configuration; the old one keeps running",
            // The directory of a replica is called after it; this is the one inside.
            hint:
                "Read why with `slipway logs --service \(place.path.split(separator: "/").dropLast().last ?? "edge")`."
        )
    }

    private enum Outcome { case waiting, took, failed }

    /// Between two generations the sockets may be silent for a moment: that is not a failure yet.
    private func look(after before: Before) async -> Outcome {
        do {
            return try await queue.run { () throws(ReportableError) in
                if try place.runtime.workers().failedReloads > before.failedReloads { return .failed }
                guard let worker = try place.runtime.workerProcess() else { return .waiting }
                return worker != before.worker ? .took : .waiting
            }
        } catch {
            return .waiting
        }
    }

    private static func words(of result: CommandResult) -> [String] {
        (result.output + "\n" + result.errorOutput).split(separator: "\n")
            .filter { $0.contains("[ALERT]") || $0.contains("[WARNING]") }.map(String.init)
    }
}
