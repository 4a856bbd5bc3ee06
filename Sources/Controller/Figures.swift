import Basics
import Interfaces
import Ledger
import Orchestration
import StackModel

/// What Prometheus reads (docs/reference/metrics.md). Told from the ledger at each question, so that a restart changes
/// nothing.
struct Figures: Sendable {
    let dependencies: Dependencies
    let pulse: Pulse
    let certificates: ServedCertificates

    init(dependencies: Dependencies, pulse: Pulse) {
        self.dependencies = dependencies
        self.pulse = pulse
        self.certificates = ServedCertificates(dependencies)
    }

    /// How many runs are looked at for the last one that succeeded.
    private static let depth = 200

    /// `/metrics` has all stacks, `/metrics?stack=shop/local` one.
    func answer(_ method: String, _ target: String) async -> HTTPReply {
        guard ["GET", "HEAD"].contains(method) else { return HTTPReply(status: 405, body: []) }
        let parts = target.split(separator: "?", maxSplits: 1)
        guard parts.first == "/metrics" else { return HTTPReply(status: 404, body: []) }
        let only = parts.count == 2 ? Self.stack(in: parts[1]) : nil
        do throws(ReportableError) {
            return HTTPReply(status: 200, body: Array(try await text(only).utf8))
        } catch {
            return HTTPReply(status: 500, body: Array("# \(error.message)\n".utf8))
        }
    }

    private static func stack(in query: Substring) -> String? {
        query.split(separator: "&").first { $0.hasPrefix("stack=") }
            .map { String($0.dropFirst("stack=".count)).replacing("%2F", with: "/").replacing("%2f", with: "/") }
    }

    private func text(_ only: String?) async throws(ReportableError) -> String {
        var exposition = Exposition()
        if let pass = pulse.lastPass {
            exposition.add("controller_last_pass_timestamp_seconds", "When all stacks were last looked at.", pass)
        }
        let scheduler = BackupScheduler(dependencies)
        for stack in try await scheduler.stacks() where only == nil || stack.description == only {
            for entry in try await scheduler.entries(of: stack) {
                switch entry.job.kind {
                case .backup: try await addBackup(entry, to: &exposition)
                case .prove: try await addProof(entry, to: &exposition)
                }
            }
            for (secret, certificate) in try await certificates.all(of: stack) {
                Self.add(certificate, Self.labels(of: stack) + [("secret", secret.text)], to: &exposition)
            }
            await addReplicas(of: stack, to: &exposition)
        }
        return exposition.text
    }

    private static func add(_ certificate: Certificate, _ labels: [(String, String)], to exposition: inout Exposition) {
        let name = "certificate_not"
        exposition.add("\(name)_before_timestamp_seconds", "From when it is valid.", certificate.validFrom, labels)
        exposition.add("\(name)_after_timestamp_seconds", "Until when it is valid.", certificate.validUntil, labels)
    }

    /// What is seen at a glance. An engine that cannot look keeps nobody from the other figures.
    private func addReplicas(of stack: StackID, to exposition: inout Exposition) async {
        guard let status = try? await StatusReader(dependencies).read(stack) else { return }
        for service in status.services where service.kind != "-" {
            let labels = Self.labels(of: stack) + [("service", service.name.text)]
            let wanted = status.stopped.contains(service.name) ? 0 : service.wanted
            let ready = service.replicas.count { $0.state == .running && $0.ready }
            let restarts = service.replicas.reduce(0) { $0 + $1.restarts }
            exposition.add("service_replicas_wanted", "0 for one that was stopped.", Double(wanted), labels)
            exposition.add("service_replicas_ready", "Those that run and are ready.", Double(ready), labels)
            exposition.add("service_restarts", "Of the replicas that there are.", Double(restarts), labels)
        }
    }

    private static func labels(of job: PolicyJob) -> [(String, String)] {
        labels(of: job.stack) + [("policy", job.policy)]
    }

    private static func labels(of stack: StackID) -> [(String, String)] {
        [("stack", stack.stack.text), ("environment", stack.environment.text)]
    }

    /// A policy that is new is not late.
    private func expected(_ job: PolicyJob, _ runs: [BackupRun]) async throws(ReportableError) -> Instant {
        if let oldest = runs.last { return oldest.startedAt }
        return try await dependencies.ledger.currentRelease(of: job.stack)?.createdAt ?? Instant(milliseconds: 0)
    }

    private func addProof(_ entry: BackupScheduler.Entry, to exposition: inout Exposition)
        async throws(ReportableError)
    {
        let labels = Self.labels(of: entry.job)
        let runs = try await dependencies.ledger.backupRuns(of: entry.job, limit: Self.depth)
        let good = runs.first { $0.state == .succeeded }
        if let pause = CronGap.longest(of: entry.expression) {
            exposition.add("backup_prove_interval_seconds", "Longest pause between two proofs.", pause, labels)
        }
        exposition.add(
            "backup_proven_timestamp_seconds",
            "When a set was last proven; 0 when none was.",
            good?.endedAt ?? Instant(milliseconds: 0),
            labels
        )
        exposition.add(
            "backup_proof_expected_since_timestamp_seconds",
            "Since when there could have been a proof: the oldest run that is known, or the release.",
            try await expected(entry.job, runs),
            labels
        )
        if let ended = runs.first(where: { $0.state != .running }) {
            let hasFailed = ended.state == .failed
            exposition.add("backup_last_proof_failed", "Whether the last proof has failed.", hasFailed ? 1 : 0, labels)
        }
        for (name, key) in [
            ("recovery_time", "recoveryTimeMilliseconds"), ("recovery_point", "recoveryPointMilliseconds"),
        ] {
            guard let value = good?.evidence[key].flatMap({ Int($0) }) else { continue }
            let span = TimeSpan(milliseconds: value)
            exposition.add("backup_\(name)_seconds", "As the last proof has measured it.", span, labels)
        }
    }

    private func addBackup(_ entry: BackupScheduler.Entry, to exposition: inout Exposition)
        async throws(ReportableError)
    {
        let job = entry.job
        let labels = Self.labels(of: job)
        let runs = try await dependencies.ledger.backupRuns(of: job, limit: Self.depth)
        let ended = runs.first { $0.state != .running }
        let good = runs.first { $0.state == .succeeded }
        if let pause = CronGap.longest(of: entry.expression) {
            exposition.add("backup_interval_seconds", "Longest pause of the schedule.", pause, labels)
        }
        exposition.add(
            "backup_last_success_timestamp_seconds",
            "When the last run that succeeded has ended; 0 when none has.",
            good?.endedAt ?? Instant(milliseconds: 0),
            labels
        )
        exposition.add(
            "backup_expected_since_timestamp_seconds",
            "Since when there could have been a set: the oldest run that is known, or the release.",
            try await expected(job, runs),
            labels
        )
        if let ended {
            let hasFailed = ended.state == .failed
            exposition.add("backup_last_run_failed", "Whether the last run has failed.", hasFailed ? 1 : 0, labels)
            exposition.add(
                "backup_last_verify_success",
                "Whether the last set was read back as it was stored.",
                ended.failure?.code == .vaultDamaged ? 0 : 1,
                labels
            )
        }
        if let good, let end = good.endedAt {
            let size = good.evidence["bytes"].flatMap { Int($0) } ?? 0
            exposition.add("backup_last_size_bytes", "Size of the last set, as stored.", Double(size), labels)
            let span = good.startedAt.elapsed(until: end)
            exposition.add("backup_last_duration_seconds", "How long the last run took.", span, labels)
        }
        if let failed = pulse.hasFailedToPrune(job) {
            exposition.add("backup_last_prune_failed", "Whether the last pruning has failed.", failed ? 1 : 0, labels)
        }
        if let bytes = await LogBacklog(dependencies).bytes(of: job) {
            exposition.add(
                "log_unshipped_bytes",
                "What the server keeps of its log because no store has it yet.",
                Double(bytes),
                labels
            )
        }
        if let skipped = try await dependencies.ledger.skippedBackups(of: job, limit: 1).first {
            exposition.add(
                "backup_last_skip_timestamp_seconds",
                "The last due time that was not run.",
                skipped.last,
                labels
            )
        }
    }
}
