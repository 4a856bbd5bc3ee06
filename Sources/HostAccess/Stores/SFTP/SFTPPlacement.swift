import Basics
import Interfaces

/// Gives a draft its name.
struct SFTPPlacement {
    let store: SFTPStore
    let draft: SFTPUpload.Draft
    let name: BlobName

    /// The folder may have to be made, and somebody may remove it, being empty, just before the blob is in it.
    private static let attempts = 5

    func place(when condition: BlobCondition) async throws(ReportableError) -> BlobFacts {
        for attempt in 1...Self.attempts {
            try await check(condition)
            let reply = try await move(replacing: condition != .absent)
            // What another writer has put there since is told by its tag.
            let there = try await store.facts(of: name)
            if let there, there.tag == draft.tag {
                await syncFolder()
                return there
            }
            switch reply {
            case .status(.done, _) where condition == .always:
                return BlobFacts(name: name, size: draft.size, tag: draft.tag)
            case .status(.done, _): throw StoreDirectory.conflict(name)
            case .status(.noSuchFile, _) where there == nil && attempt < Self.attempts:
                try await store.makeFolders(of: name.text)
            case _ where there != nil && condition == .absent: throw StoreDirectory.conflict(name)
            default: throw await store.failure(reply, "store \(name)")
            }
        }
        throw ReportableError(.storeFailed, "\(store.client.place.title) has no folder for \(name)")
    }

    private func check(_ condition: BlobCondition) async throws(ReportableError) {
        let isMet =
            switch condition {
            case .always: true
            case .absent: try await store.facts(of: name) == nil
            case .unchanged(let tag): try await store.facts(of: name)?.tag == tag
            }
        // A line that broke off behind the deed has done it.
        guard !isMet, try await store.facts(of: name)?.tag != draft.tag else { return }
        throw StoreDirectory.conflict(name)
    }

    private func move(replacing: Bool) async throws(ReportableError) -> SFTPReply {
        let (old, new) = (store.path(draft.word), store.path(name.text))
        guard !replacing else { return try await store.client.ask(.replace(new, by: old)) }
        // A link never replaces anything; where the disk has none, OpenSSH looks before it moves.
        let reply = try await store.client.ask(.link(old, to: new))
        if case .status(.done, _) = reply {
            _ = try await store.client.ask(.remove(old))
            return reply
        }
        if try await store.facts(of: name) != nil { return reply }
        return try await store.client.ask(.move(old, to: new))
    }

    /// So that the name outlives a power cut. Where the server does not sync folders, its file system has to.
    private func syncFolder() async {
        let folder = store.path(name.text.split(separator: "/").dropLast().joined(separator: "/"))
        _ = try? await store.client.onSomeLine { (line) throws(ReportableError) in
            guard case .handle(let handle) = try await line.ask(.open(folder, .read)) else { return }
            _ = try await line.ask(.sync(handle))
            line.tell(.close(handle))
        }
    }
}
