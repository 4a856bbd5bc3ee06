import Basics
import Glibc
import StackModel

/// Says what this machine lacks for a template, before anything is planned on it.
struct Preflight: Sendable {
    let engine: ProcessEngine
    let stack: StackFolder
    let template: ReplicaTemplate

    /// The programs that the engine itself stands on.
    private static let own = ["s6-supervise", "s6-svc", "s6-log", "execlineb", "setpriv", "setsid"]

    /// Warnings in words. Throws `programMissing`, `portTaken`, or `engineFailed` when the user to run as does not exist
    /// or cannot be become.
    func check() throws(ReportableError) -> [String] {
        for program in Self.own { _ = try Programs.locate(program) }
        try checkProgram()
        if template.volume?.preparation == .postgresCluster {
            _ = try Programs.locate("initdb", postgres: template.version)
        }
        if template.reload == .redisACL { _ = try Programs.locate("redis-cli") }
        if template.reload == .postgresAccounts { _ = try Programs.locate("psql") }
        try Accounts.check(template.user, template.service)
        try checkPort()
        return ControlGroup.lacking(for: template.limits, mounts: engine.mounts)
    }

    /// The ports at which the whole stack is reached. That of an app is looked at when its replica starts: until then
    /// it may be free again, and the rest of the release can be proven meanwhile.
    private func checkPort() throws(ReportableError) {
        guard template.kind == "edge", case .fixed(let port) = template.port else { return }
        let host = try engine.allotments.load()[stack.stack].addresses[template.service]?.host
        for port in [port, template.plainPort].compactMap({ $0 }) {
            guard !Ports.isFree(port, at: host), !stack.listens(template.service, on: port, engine.mounts),
                !stack.listens(on: port, engine.mounts)
            else { continue }
            throw Ports.taken(port, by: Ports.holder(of: port))
        }
    }

    /// A program of the source is looked for when the source is stored, which is a step of the plan.
    private func checkProgram() throws(ReportableError) {
        guard let first = template.command.first, case .literal(let name)? = first.segments.first,
            first.segments.count == 1
        else { return }
        let source = template.source.map { stack.source($0) }
        if let source, !Disk.isDirectory(source) { return }
        let volume = stack.volume(template.service)
        _ = try Programs.locate(
            name,
            for: template.service,
            source: source,
            volume: volume,
            postgres: template.postgresVersion
        )
        try template.checkHealthProgram(source: source, volume: volume)
    }
}
