import Basics
import Interfaces
import StackModel

/// Makes the data directory of a service, once. Made under a temporary name and moved into place, so that a crash
/// leaves no half volume. A Postgres cluster lies in `data` below it.
struct VolumePreparation: Sendable {
    let engine: ProcessEngine
    let stack: StackFolder
    let template: ReplicaTemplate

    private var unfinished: String { "\(stack.volumes)/.new-\(template.service)" }
    private var finished: String { stack.volume(template.service) }

    /// Nothing to do when it is there. Throws `programMissing`, `engineFailed`, `fileFailed`.
    func prepare() async throws(ReportableError) {
        guard !Disk.isDirectory(finished) else { return }
        try engine.checkHome()
        let account = try await engine.accounts.account(
            for: template.user,
            service: template.service,
            in: stack.stack
        )
        let (volumes, unfinished, finished) = (stack.volumes, unfinished, finished)
        let isShared = template.volume?.shared != nil
        try await offPool { () throws(ReportableError) in
            try Disk.remove(tree: unfinished)
            try Disk.makeDirectory(volumes)
            // What is shared lies in directories of its own below (`SharedDirectories`), which this one only holds.
            try Disk.makeDirectory(unfinished, mode: isShared ? 0o711 : 0o700, owner: isShared ? nil : account.owner)
        }
        if template.volume?.preparation == .postgresCluster { try await makeCluster(as: account) }
        try await offPool { () throws(ReportableError) in try Disk.move(unfinished, to: finished) }
    }

    /// Local connections are checked by user, others by password; the superuser has none.
    private func makeCluster(as account: RunAccount) async throws(ReportableError) {
        let arguments = [
            "-D", "\(unfinished)/data", "-U", "postgres", "--auth-local=peer", "--auth-host=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
        ]
        let command = CommandLine(
            try Programs.locate("initdb", postgres: template.postgresVersion),
            arguments,
            directory: "/",
            user: account.switches ? account.name : nil,
            timeout: .seconds(120)
        )
        let result = try await engine.runner.run(command)
        guard !result.succeeded else { return }
        throw ReportableError(
            .engineFailed,
            "initdb failed for \(template.service) with status \(result.status)",
            details: (result.output + result.errorOutput).split(separator: "\n").suffix(15).map(String.init)
        )
    }
}
