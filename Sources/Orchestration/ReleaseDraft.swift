import Basics
import Interfaces
import Ledger
import Manifests
import StackModel

/// Makes the contents of a release from a declared stack: addresses, source digests, secret versions, templates.
struct ReleaseDraft {
    let dependencies: Dependencies
    let engine: any Engine

    /// What the release would contain. Reads only, but for the ports an engine allots on first sight of a stack.
    /// Throws `secretFailed` when a value that a person has to give is missing.
    func preview(_ declared: DeclaredStack) async throws(ReportableError) -> Release.Contents {
        let versions = try await dependencies.secrets.preview(
            Self.declarations(of: declared.stack),
            of: declared.stack.id,
            given: declared.given
        )
        return try await contents(declared.stack, declared.text, try await digests(of: declared), versions)
    }

    /// Seals the secrets that do not exist yet, and given ones whose value is another now. Idempotent.
    func ensureSecrets(_ declared: DeclaredStack) async throws(ReportableError) {
        _ = try await dependencies.secrets.ensure(
            Self.declarations(of: declared.stack),
            of: declared.stack.id,
            given: declared.given,
            at: dependencies.now()
        )
    }

    /// The versions of the release that is current now are what later releases carry on with. Idempotent.
    func adoptSecrets(of release: Release) async throws(ReportableError) {
        try await adopt(release.contents.secrets, of: release)
    }

    /// The same where slipway died before it did so. A secret that is not given may have been rotated since the
    /// release became current, and stays as it is. Idempotent.
    func adoptGivenSecrets(of release: Release) async throws(ReportableError) {
        let given = release.contents.secrets.filter { release.stack.secret($0.key)?.kind == .given }
        try await adopt(given, of: release)
    }

    private func adopt(_ versions: [SecretName: Int], of release: Release) async throws(ReportableError) {
        guard !versions.isEmpty else { return }
        try await dependencies.secrets.adopt(versions, of: release.stack.id, at: dependencies.now())
    }

    /// The same release with other numbers of replicas.
    func rescaled(_ release: Release, to counts: [ServiceName: Int]) async throws(ReportableError) -> Release.Contents {
        var stack = release.stack
        for (name, count) in counts {
            guard let index = stack.services.firstIndex(where: { $0.name == name }) else {
                throw ReportableError(
                    .usage,
                    "\(stack.id) has no service \(name)",
                    hint: "Its services are \(stack.services.map(\.name.text).joined(separator: ", "))."
                )
            }
            guard !stack.services[index].keepsData || count <= 1 else {
                throw ReportableError(.usage, "\(name) keeps data and can have at most one replica, not \(count)")
            }
            stack.services[index].replicas = count
        }
        let digests = release.contents.templates.compactMapValues(\.source)
        return try await contents(stack, release.contents.spec, digests, release.contents.secrets)
    }

    /// What can run here, rendered so that nothing speaks of a service that was left out.
    func reduced(
        _ contents: Release.Contents,
        by preflight: Preflight
    ) async throws(ReportableError) -> (contents: Release.Contents, warnings: [String]) {
        let (reduced, warnings) = try await preflight.check(contents)
        guard reduced.stack != contents.stack else { return (reduced, warnings) }
        let digests = reduced.templates.compactMapValues(\.source)
        return (try await self.contents(reduced.stack, reduced.spec, digests, reduced.secrets), warnings)
    }

    private func contents(
        _ stack: Stack,
        _ text: String,
        _ digests: [ServiceName: Digest],
        _ versions: [SecretName: Int]
    ) async throws(ReportableError) -> Release.Contents {
        let addresses = try await engine.addresses(for: stack)
        let inputs = ManifestInputs(stack: stack, addresses: addresses, sources: digests, secrets: versions)
        return Release.Contents(
            stack: stack,
            spec: text,
            addresses: addresses,
            secrets: versions,
            templates: try ProcessManifests.templates(inputs)
        )
    }

    private func digests(of declared: DeclaredStack) async throws(ReportableError) -> [ServiceName: Digest] {
        var digests: [ServiceName: Digest] = [:]
        for service in declared.stack.services {
            guard let directory = declared.sourceDirectory(of: service.name) else { continue }
            do {
                digests[service.name] = try await engine.digest(ofSource: directory)
            } catch {
                throw error.during("the source of \(service.name)")
            }
        }
        return digests
    }

    static func declarations(of stack: Stack) -> [SecretDeclaration] {
        stack.secrets + ProcessManifests.implicitSecrets(of: stack)
    }
}
