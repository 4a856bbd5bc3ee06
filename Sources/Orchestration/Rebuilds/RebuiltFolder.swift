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

    /// Anew, whatever an earlier attempt has left. Throws `vaultDamaged` when a source is not the one that ran.
    ///
    /// - Parameter given: folders for sources, of a person's own.
    func lay(_ saved: SavedConfiguration, given: [ServiceName: String]) async throws(ReportableError) -> DeclaredStack {
        try await makeAnew()
        var stack = saved.contents.stack
        var folders: [ServiceName: String] = given
        var laid: [String: Digest] = [:]
        for index in stack.services.indices {
            let service = stack.services[index]
            guard case .app(var app) = service.kind, let source = app.source, given[service.name] == nil else {
                continue
            }
            guard let digest = saved.contents.templates[service.name]?.source,
                saved.manifest.objects.contains(where: { $0.name == SavedConfiguration.source(digest) })
            else {
                // Nothing runs from it; the spec still names it for the next deploy.
                app.source = nil
                stack.services[index].kind = .app(app)
                continue
            }
            let place = place(of: source, for: service.name, digest, laid)
            folders[service.name] = "\(path)/\(place)"
            guard laid.updateValue(digest, forKey: place) == nil else { continue }
            try await extract(digest, of: service.name, from: saved, to: "\(path)/\(place)")
        }
        try await write(saved.contents.spec)
        return DeclaredStack(stack: stack, text: saved.contents.spec, directory: path, sources: folders)
    }

    /// Where the spec says, if that is a folder of its own beside it.
    private func place(of source: String, for service: ServiceName, _ digest: Digest, _ laid: [String: Digest])
        -> String
    {
        let words = source.split(separator: "/").filter { $0 != "." }
        let place = words.joined(separator: "/")
        let isOwn = !source.hasPrefix("/") && !words.isEmpty && !words.contains("..") && words != ["stack.yaml"]
        let isFree = laid.allSatisfy { other, content in
            other == place ? content == digest : !other.hasPrefix("\(place)/") && !place.hasPrefix("\(other)/")
        }
        return isOwn && isFree ? place : "sources-of-\(service)"
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
            try Data(spec.utf8).write(to: URL(filePath: "\(path)/stack.yaml"))
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
