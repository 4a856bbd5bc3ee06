import Basics
import Glibc
import Interfaces
import StackModel

/// Makes a running replica take up changed files or accounts without a restart.
struct Reconfiguration: Sendable {
    let engine: ProcessEngine
    let folder: ReplicaFolder
    let template: ReplicaTemplate
    let inputs: StepInputs

    /// The configuration is recorded when the replica has taken it up; repeated after a crash it is the same.
    /// Throws `replicaFailed` when it does not run with the template's revision, `engineFailed` when it refuses.
    func apply() async throws(ReportableError) {
        guard let record = ReplicaRecord.load(folder), record.revision == template.revision,
            let main = ReplicaProcesses.main(of: folder, mounts: engine.mounts)
        else { throw ReportableError(.replicaFailed, "\(folder.id) does not run with the revision to reconfigure") }
        let content = try await FilledTemplate(
            template,
            folder: folder,
            port: record.port,
            addresses: try engine.addresses(inputs),
            inputs: inputs
        )
        // The administrator's password changes when the server has taken up the new one, not before.
        let later = content.files.filter { $0.path == RedisAdministrator.file }
        let files = content.files.filter { $0.path != RedisAdministrator.file }
        let prometheus =
            template.kind == "prometheus" ? PrometheusReload(engine: engine, folder: folder, record: record) : nil
        try await prometheus?.check(files)
        try ServiceDirectory.write(files, in: folder.work, of: record)
        if template.kind == "postgres" { try PostgresIdentity(account: record.account).complete(in: folder.work) }
        switch template.reload {
        case .hangup:
            if let prometheus { try await prometheus.run() } else { try await engine.supervisor(of: folder).send("-h") }
        case .redisACL: try await applyRedisAccounts(files, newPassword: later.first?.content)
        case .postgresAccounts: try await applyPostgresAccounts(record)
        case .edge: try await reloadEdge(main, keeping: files.map(\.path))
        case nil: throw ReportableError(.broken, "\(folder.id) cannot be reconfigured without a restart")
        }
        try ServiceDirectory.write(later, in: folder.work, of: record)
        try await save(record)
    }

    private func applyRedisAccounts(_ files: [FilledFile], newPassword: String?) async throws(ReportableError) {
        let accounts = files.first { $0.path == "users.acl" }?.content ?? ""
        try await RedisAccounts(engine: engine, folder: folder).apply(accounts, newPassword: newPassword)
    }

    private func reloadEdge(_ main: ProcessEntry, keeping files: [String]) async throws(ReportableError) {
        try await engine.edge.reload(at: folder.work, processID: main.id)
        let directory = folder.work
        try await offPool { () throws(ReportableError) in
            try EdgeCertificates(directory: directory).keep(files)
        }
    }

    /// From here on it is the template's configuration that it runs with.
    private func save(_ record: ReplicaRecord) async throws(ReportableError) {
        var record = record
        record.configuration = template.configuration
        record.stop = template.stop
        let (taken, path) = (record, folder.path)
        try await offPool { () throws(ReportableError) in
            try ServiceDirectory.write(taken.stop, in: path)
            try taken.save(in: path)
        }
    }

    private func applyPostgresAccounts(_ record: ReplicaRecord) async throws(ReportableError) {
        guard let accounts = template.accounts, let port = record.port else { return }
        var logins: [PostgresLogin] = []
        for name in accounts.logins {
            let secret = try await inputs.secret(name)
            guard let user = secret.user else {
                throw ReportableError(.secretFailed, "the secret \(name) has no user, so it is no login role")
            }
            logins.append(PostgresLogin(user: user, verifier: ScramVerifier(of: secret.value).text))
        }
        var monitor: PostgresLogin?
        if let name = accounts.monitor {
            let verifier = ScramVerifier(of: try await inputs.secret(name).value).text
            monitor = PostgresLogin(user: PostgresAccounts.monitorUser, verifier: verifier)
        }
        let statements = PostgresAccountsSQL(accounts: accounts, logins: logins, monitor: monitor)
        let psql = CommandLine(
            try Programs.locate("psql", volume: "\(folder.stack.volume(folder.id.service))/data"),
            [
                "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder.work, "-p", "\(port)", "-U", "postgres", "-d",
                "postgres",
            ],
            environment: DataLogin.postgresEnvironment,
            input: Redacted(statements.text),
            directory: "/",
            user: record.account.switches ? record.account.name : nil
        )
        let result = try await engine.runner.run(psql)
        guard !result.succeeded else { return }
        // The reply of the server may repeat a statement; a verifier in it is cut out.
        let lines = result.errorOutput.split(separator: "\n").filter { !$0.contains("SCRAM-SHA-256") }
        throw ReportableError(
            .engineFailed,
            "\(folder.id) refused its accounts",
            details: lines.suffix(15).map(String.init)
        )
    }
}
