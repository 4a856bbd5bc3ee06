import Basics
import StackModel

/// A Compose project: `compose.yaml`, the configuration files it mounts, the script that makes its secrets, and what a
/// person has to know of it.
///
/// The file is of the Compose specification without a `version`, and of nothing that Compose 1.29 does not know either:
/// the project's name stands in the `.env` that `secrets.sh` writes, since only Compose 2 reads a `name`.
enum ComposeManifests {
    static func files(of stack: Stack) throws(ReportableError) -> [ManifestFile] {
        // Nothing backs up by itself, so nobody needs an account for it.
        var stack = stack
        stack.backups = []
        let monitoring = try Monitoring.files(of: stack, reachedBy: .compose)
        let parts = try parts(of: stack, monitoring).map { labelled($0, monitoring) }
        let secrets = SecretFiles(
            stack: stack,
            filled: parts.flatMap(\.filledFiles),
            handedOn: parts.flatMap(\.handedOn),
            dotEnv: DotEnvFile(project: stack.id, files: Set(parts.flatMap(\.interpolated)))
        )
        return [ManifestFile("compose.yaml", YAMLWriter.document(ComposeFile(services: parts).document))]
            + parts.flatMap(\.files) + monitoring + [try secrets.script(), ComposeReadme.file(stack, parts)]
            + [Monitoring.runbook(of: stack, reachedBy: .compose)].compactMap { $0 }
    }

    /// Every service of the file.
    static func parts(
        of stack: Stack,
        _ monitoring: [ManifestFile] = []
    ) throws(ReportableError) -> [ComposeService] {
        var parts: [ComposeService] = []
        for service in stack.services { parts.append(try part(of: service, stack, monitoring)) }
        return parts
    }

    private static func labelled(_ part: ComposeService, _ monitoring: [ManifestFile]) -> ComposeService {
        let mounted = (part.files + monitoring).filter { file in
            part.mounts.contains { file.path == $0.source || file.path.hasPrefix("\($0.source)/") }
        }
        guard !mounted.isEmpty else { return part }
        var part = part
        let texts = Set(mounted).sorted { $0.path < $1.path }.map { "\($0.path)\0\($0.content)\0" }
        part.configuration = Digest(of: texts.joined())
        return part
    }

    private static func part(
        of service: Service,
        _ stack: Stack,
        _ monitoring: [ManifestFile]
    ) throws(ReportableError) -> ComposeService {
        switch service.kind {
        case .app(let app): try ComposeApp.make(service, app, stack)
        case .redis(let redis): try ComposeRedis.make(service, redis, stack)
        case .postgres(let postgres): try ComposePostgres.make(service, postgres, stack)
        case .prometheus(let prometheus): try ComposeMonitoring.prometheus(service, prometheus, stack, monitoring)
        case .grafana: try ComposeMonitoring.grafana(service, stack, monitoring)
        case .alertmanager: try ComposeMonitoring.alertmanager(service, stack, monitoring)
        case .exporter(let exporter): try ComposeExporter.make(service, exporter, stack)
        case .edge(let edge): try ComposeEdge.make(service, edge, stack)
        }
    }

    static func omissions(of stack: Stack) -> [Omission] { ComposeOmissions.list(of: stack) }
}
