import Basics
import FoundationEssentials
import Interfaces

/// Blobs as files of a directory behind SSH, reached by the `ssh` of this machine.
///
/// A blob is written to a file of its own in `.drafts`, synced where the server can, and then given its name in one step.
/// That a name is free is checked by the server in that step; that a blob is unchanged is looked at before it, which two
/// writers can do at once.
package struct SFTPStore: BlobStore {
    package let abilities = BlobStoreAbilities(conditionalPut: false, objectLock: false)
    let client: SFTPClient

    /// Names that begin with a dot are no names of blobs.
    static let drafts = ".drafts"

    /// Connects with the first thing it is asked for.
    package init(_ place: SFTPPlace, starter: any ProgramStarter, patience: StorePatience = StorePatience()) {
        self.client = SFTPClient(place, starter, patience)
    }

    package func put(
        _ name: BlobName,
        _ content: ByteStream,
        when condition: BlobCondition
    ) async throws(ReportableError) -> BlobFacts {
        try await checkAdditions()
        let upload = SFTPUpload(to: self, avoiding: try await facts(of: name)?.tag)
        do throws(ReportableError) {
            let draft = try await upload.write(content)
            return try await SFTPPlacement(store: self, draft: draft, name: name).place(when: condition)
        } catch {
            let draft = path(upload.draft)
            // Also in a cancelled task. Where there is no line any more, it is left to a sweep.
            await Task.detached { _ = try? await client.living?.ask(.remove(draft)) }.value
            throw error
        }
    }

    package func get(_ name: BlobName, from offset: Int) async throws(ReportableError) -> ByteStream {
        let download = SFTPDownload(of: name, from: max(0, offset), store: self)
        try await download.begin()
        return ByteStream { () async throws(ReportableError) in try await download.next() }
    }

    package func facts(of name: BlobName) async throws(ReportableError) -> BlobFacts? {
        try await attributes(of: name).flatMap { (found) throws(ReportableError) in try facts(name, found) }
    }

    package func list(_ prefix: String) async throws(ReportableError) -> [BlobFacts] {
        try await SFTPListing(store: self, prefix: prefix).blobs()
    }

    package func delete(_ name: BlobName) async throws(ReportableError) {
        let reply = try await client.ask(.remove(path(name.text)))
        if case .status(.noSuchFile, _) = reply { return }
        try await check(reply, "delete \(name)")
        await removeEmptyFolders(of: name)
    }

    package func sweep(olderThan age: TimeSpan) async throws(ReportableError) -> Int {
        var count = 0
        let now = Date().timeIntervalSince1970
        for (word, attributes) in try await SFTPListing.entries(of: path(Self.drafts), self) ?? []
        where attributes.kind == .file && now - Double(attributes.modified ?? 0) > Double(age.milliseconds) / 1000 {
            try await check(client.ask(.remove(path("\(Self.drafts)/\(word)"))), "delete a draft")
            count += 1
        }
        return count
    }

    package func free() async throws(ReportableError) -> Int? {
        try await client.onSomeLine { (line) throws(ReportableError) in
            try await SFTPSpace.free(at: client.place.root, line)
        }
    }

    /// Before the first byte: a server that cannot name, sync or replace a file in one step would be left with halves.
    private func checkAdditions() async throws(ReportableError) {
        let additions = try await client.line().additions
        let missing = SFTPRequest.needed.filter { !additions.contains($0) }
        guard !missing.isEmpty else { return }
        throw ReportableError(
            .storeFailed,
            "\(client.place.title) can be read and not written to: it does not offer \(missing.joined(separator: ", "))",
            hint: "OpenSSH's server does, unless it is started to be read only (`internal-sftp -R`)."
        )
    }

    // MARK: - What its parts share

    func path(_ text: String) -> String { "\(client.place.path)/\(text)" }

    func attributes(of name: BlobName) async throws(ReportableError) -> SFTPAttributes? {
        switch try await client.ask(.look(path(name.text))) {
        case .attributes(let found): return found
        case .status(.noSuchFile, _): return nil
        case let reply: throw await failure(reply, "look at \(name)")
        }
    }

    /// nil for what is a folder; throws for what is neither a folder nor a file.
    func facts(_ name: BlobName, _ attributes: SFTPAttributes) throws(ReportableError) -> BlobFacts? {
        switch attributes.kind {
        case .folder: return nil
        case .other:
            throw ReportableError(
                .storeFailed,
                "\(client.place.title)/\(name) is neither a file nor a folder, and nothing else belongs in a store",
                hint: "Find out who put it there, and take it away. Links are not followed."
            )
        case .file:
            guard let size = attributes.size, let time = attributes.modified else {
                throw ReportableError(
                    .storeFailed,
                    "\(client.place.title) does not say how large \(name) is, and how old"
                )
            }
            return BlobFacts(name: name, size: size, tag: BlobTag("\(time)-\(size)"))
        }
    }

    /// Makes the folders that a file is in, from the store's own on.
    func makeFolders(of text: String) async throws(ReportableError) {
        var words = ""
        for word in [""] + text.split(separator: "/").dropLast().map(String.init) {
            words += word.isEmpty ? "" : "/\(word)"
            let folder = words.isEmpty ? client.place.root : client.place.path + words
            let reply = try await client.ask(.makeFolder(folder))
            // A server says only that it failed when the folder is there.
            guard case .status(let status, _) = reply, status != .done else { continue }
            if case .attributes(let found) = try await client.ask(.look(folder)), found.kind != .file { continue }
            try await check(reply, "make the folder \(folder)")
        }
    }

    /// Folders are nothing by themselves. The first that is not empty ends it.
    func removeEmptyFolders(of name: BlobName) async {
        var words = name.text.split(separator: "/").dropLast()
        while !words.isEmpty {
            let reply = try? await client.ask(.removeFolder(path(words.joined(separator: "/"))))
            guard case .status(.done, _)? = reply else { return }
            words = words.dropLast()
        }
    }

    func check(_ reply: SFTPReply, _ deed: String) async throws(ReportableError) {
        if case .status(.done, _) = reply { return }
        throw await failure(reply, deed)
    }

    /// Says of a full disk that it is one, which SFTP does not.
    func failure(_ reply: SFTPReply, _ deed: String) async -> ReportableError {
        guard case .status(let status, let words) = reply else { return SFTPScanner.nonsense }
        if status == .failure, let free = try? await free(), free < 1 << 16 {
            return ReportableError(
                .storeFailed,
                "\(client.place.title) cannot \(deed): the disk is full",
                hint: "Make room there, or let fewer sets be kept: what is there already is whole."
            )
        }
        return ReportableError(
            .storeFailed,
            status == .permissionDenied
                ? "\(client.place.title) does not let \(client.place.user) \(deed)"
                : "\(client.place.title) cannot \(deed): \(words.isEmpty ? "it does not say why" : words.abridged)",
            hint: status == .permissionDenied
                ? "The directory has to belong to \(client.place.user), and the account to be allowed to write." : nil
        )
    }
}
