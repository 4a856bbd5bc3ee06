import Basics
import Glibc
import Interfaces
import StackModel

/// Where data services keep their data, told by their templates.
struct DataPlaces: Sendable {
    let engine: ProcessEngine
    let stack: StackFolder

    /// Throws `notFound` for what keeps no data of a known kind, `programMissing`.
    func place(of template: ReplicaTemplate) async throws(ReportableError) -> DataPlace {
        let server = try Self.server(template.kind, template.service)
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

    static func server(_ kind: String, _ service: ServiceName) throws(ReportableError) -> DataPlace.Server {
        guard let server = DataPlace.Server(rawValue: kind) else {
            throw ReportableError(.notFound, "\(service) is neither a Redis nor a Postgres")
        }
        return server
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
