import Basics
import Interfaces
import StackModel

/// What a machine lacks for a release, found before anything is touched.
struct Preflight {
    let engine: any Engine

    /// Asks once about every service that is to run, or about the chosen ones. An optional service whose program is
    /// not installed is taken out of service, with a warning that comes before all others.
    /// Throws one error for everything that is in the way of any other. What may be another way by the time it
    /// matters is passed over when `leniently`: then its own step will say so.
    func check(_ contents: Release.Contents, only services: Set<ServiceName>? = nil, leniently: Bool = false)
        async throws(ReportableError) -> (contents: Release.Contents, warnings: [String])
    {
        var contents = contents
        var (left, warnings): ([String], [String]) = ([], [])
        var obstacles: [(service: ServiceName, error: ReportableError)] = []
        for index in contents.stack.services.indices {
            let service = contents.stack.services[index]
            guard service.replicas > 0, services?.contains(service.name) ?? true,
                let template = contents.templates[service.name]
            else { continue }
            do {
                warnings += try await engine.preflight(template, in: contents.stack.id)
            } catch {
                if error.code == .programMissing, service.optional {
                    contents.stack.services[index].replicas = 0
                    left.append("\(service.name) is optional and left out: \(error.message)")
                } else if !leniently || ![.programMissing, .portTaken].contains(error.code) {
                    obstacles.append((service.name, error))
                }
            }
        }
        if let error = Self.error(of: obstacles) { throw error }
        return (contents, left + warnings)
    }

    /// One obstacle as it is, several together with all their names and what to do about each.
    private static func error(of obstacles: [(service: ServiceName, error: ReportableError)]) -> ReportableError? {
        guard let first = obstacles.first?.error, obstacles.count > 1 else { return obstacles.first?.error }
        var hints: [String] = []
        for hint in obstacles.compactMap(\.error.hint) where !hints.contains(hint) { hints.append(hint) }
        let names = obstacles.map(\.service.text)
        return ReportableError(
            first.code,
            "\(names.dropLast().joined(separator: ", ")) and \(names.last ?? "") cannot run here; nothing was touched",
            hint: hints.isEmpty ? nil : hints.joined(separator: " "),
            details: obstacles.flatMap { [$0.error.message] + $0.error.details }
        )
    }

    /// The same release, number and all, without what cannot run on this machine.
    func check(_ release: Release, only services: Set<ServiceName>? = nil, leniently: Bool = false)
        async throws(ReportableError) -> (release: Release, warnings: [String])
    {
        let (contents, warnings) = try await check(release.contents, only: services, leniently: leniently)
        guard contents != release.contents else { return (release, warnings) }
        let reduced = Release(
            number: release.number,
            contents: contents,
            digest: release.digest,
            createdAt: release.createdAt,
            createdBy: release.createdBy,
            reason: release.reason
        )
        return (reduced, warnings)
    }

    /// Throws `notFound` when a plan is to store a source that is nowhere: not on the machine any more, and not in a
    /// folder that somebody has declared.
    static func checkSources(of plan: Plan, from declared: DeclaredStack?) throws(ReportableError) {
        for step in plan.steps {
            guard case .storeSource(let service, let digest) = step.action,
                declared?.sourceDirectory(of: service) == nil
            else { continue }
            throw ReportableError(
                .notFound,
                "the source of \(service) in release \(plan.release) (\(digest.short)) is not stored any more",
                hint: "Bring back the files of that release and run `slipway deploy`."
            )
        }
    }
}
