import Basics
import FoundationEssentials
import Interfaces
import StackModel
import Vault

/// The folder that a stack is deployed from, as it comes out of a backup: its spec, and its sources where the spec looks
/// for them. It stays, for the next deploy.
struct RebuiltFolder {
    let path: String
    let engine: any Engine
    let diary: RebuildDiary

    /// Anew, whatever an earlier attempt has left; but once the release serves, what is there is a person's, who may have
    /// changed it. Throws `vaultDamaged` when a source is not the one that ran.
    ///
    /// - Parameter given: folders for sources, of a person's own.
    func lay(_ saved: SavedConfiguration, given: [ServiceName: String], isServing: Bool)
        async throws(ReportableError) -> DeclaredStack
    {
        let isKept = isServing && FileManager.default.fileExists(atPath: "\(path)/\(SavedConfiguration.spec)")
        if !isKept { try await makeAnew() }
        var stack = saved.contents.stack
        var folders: [ServiceName: String] = given
        var laid: [String: Digest] = [:]
        for index in stack.services.indices {
            let service = stack.services[index]
            guard case .app(var app) = service.kind, let source = app.source, given[service.name] == nil else {
                continue
            }
            guard let digest = saved.contents.templates[service.name]?.source, saved.holds(digest) else {
                // Nothing runs from it; the spec still names it for the next deploy.
                app.source = nil
                stack.services[index].kind = .app(app)
                continue
            }
            guard !isKept else {
                folders[service.name] = try await engine.storedSource(digest, of: stack.id)
                continue
            }
            let place = SourcePlace(of: source, for: service.name, digest, laid)
            folders[service.name] = "\(path)/\(place.path)"
            if let gap = place.gap { diary.note(gap) }
            guard laid.updateValue(digest, forKey: place.path) == nil else { continue }
            try await extract(digest, of: service.name, from: saved, to: "\(path)/\(place.path)")
        }
        if !isKept { try await write(saved.contents.spec) }
        return DeclaredStack(stack: stack, text: saved.contents.spec, directory: path, sources: folders)
    }

    private func extract(_ digest: Digest, of service: ServiceName, from saved: SavedConfiguration, to folder: String)
        async throws(ReportableError)
    {
        try await make(folder)
        try await saved.extract(digest, into: folder)
        guard try await engine.digest(ofSource: folder) == digest else {
            throw ReportableError(
                .vaultDamaged,
                "the source of \(service) in \(saved.manifest.set) is not the one that ran"
            )
        }
    }

    private func makeAnew() async throws(ReportableError) {
        try await onDisk("remove") { path in
            if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
        }
        try await make(path)
    }

    private func make(_ folder: String) async throws(ReportableError) {
        try await onDisk("make the folder") { _ in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
    }

    private func write(_ spec: String) async throws(ReportableError) {
        try await onDisk("write the spec into") { path in
            try Data(spec.utf8).write(to: URL(filePath: "\(path)/\(SavedConfiguration.spec)"))
        }
    }

    private func onDisk(_ doing: String, _ work: @escaping @Sendable (String) throws -> Void)
        async throws(ReportableError)
    {
        let path = path
        try await offPool { () throws(ReportableError) in
            do {
                try work(path)
            } catch {
                throw ReportableError(.fileFailed, "cannot \(doing) \(path): \(error)")
            }
        }
    }
}
