import Basics
import Glibc
import Interfaces
import StackModel

/// Where data services keep their data, told by their templates.
struct DataPlaces: Sendable {
    let engine: ProcessEngine
    let stack: StackFolder

    /// Throws `notFound` for what keeps no data, `programMissing`.
    func place(of template: ReplicaTemplate) async throws(ReportableError) -> DataPlace {
        guard let server = DataPlace.Server(kind: template.kind) else { return try await files(of: template) }
        let volume = stack.volume(template.service)
        let program = try Programs.locate(
            server == .redis ? "redis-server" : "postgres",
            for: template.service,
            source: nil,
            volume: volume,
            postgres: template.postgresVersion
        )
        let said = try await engine.runner.run(CommandLine(program, ["--version"], timeout: .seconds(10)))
        guard let version = ProgramVersion.version(in: said.output) else {
            throw ReportableError(.engineFailed, "\(program) does not tell its version")
        }
        let account = try await engine.accounts.account(
            for: template.user,
            service: template.service,
            in: stack.stack
        )
        return place(
            template.service,
            server,
            version: version,
            programs: Self.folder(of: program),
            account,
            server == .redis ? RedisSettings.read(from: template) : [:]
        )
    }

    private func files(of template: ReplicaTemplate) async throws(ReportableError) -> DataPlace {
        guard template.volume != nil else {
            throw ReportableError(.notFound, "\(template.service) keeps no data")
        }
        let account = try await engine.accounts.account(
            for: template.user,
            service: template.service,
            in: stack.stack
        )
        return place(template.service, .files, version: "", programs: "", account, [:])
    }

    func place(
        _ service: ServiceName,
        _ server: DataPlace.Server,
        version: String,
        programs: String,
        _ account: RunAccount,
        _ settings: [String: String]
    ) -> DataPlace {
        DataPlace(
            service: service,
            server: server,
            version: version,
            programs: programs,
            volume: stack.volume(service),
            beside: stack.beside(service),
            owner: DataOwner(
                userID: account.userID,
                groupID: account.groupID,
                user: account.switches ? account.name : nil
            ),
            settings: settings
        )
    }

    /// Where the program really lies, beside those that belong to it.
    private static func folder(of program: String) -> String {
        guard let path = realpath(program, nil) else { return Disk.parent(of: program) }
        defer { free(path) }
        return Disk.parent(of: String(cString: path))
    }

}

extension DataPlace.Server {
    /// Of a template's kind; nil for what has no server of data.
    init?(kind: String) {
        switch kind {
        case "redis": self = .redis
        case "postgres": self = .postgres
        default: return nil
        }
    }
}

/// What a template's `redis.conf` says.
enum RedisSettings {
    static func read(from template: ReplicaTemplate) -> [String: String] {
        guard let file = template.files.first(where: { $0.path == "redis.conf" }) else { return [:] }
        // What is filled in later is no matter of how data lies.
        let text = file.content.segments.map { if case .literal(let text) = $0 { text } else { "?" } }.joined()
        var settings: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2 else { continue }
            settings[words[0].lowercased()] = words[1].trimmed(of: "\"")
        }
        return settings
    }
}

extension String {
    fileprivate func trimmed(of character: Character) -> String {
        guard count > 1, first == character, last == character else { return self }
        return String(dropFirst().dropLast())
    }
}
