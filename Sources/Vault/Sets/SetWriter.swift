import Basics
import Interfaces
import StackModel

/// What is known of a set once everything in it was captured.
package struct SetFacts: Hashable, Sendable {
    package let subject: String
    /// The moment whose state it holds.
    package let captured: Instant
    package let versions: [String: String]
    package let identity: [String: String]

    package init(subject: String, captured: Instant, versions: [String: String], identity: [String: String]) {
        self.subject = subject
        self.captured = captured
        self.versions = versions
        self.identity = identity
    }
}

/// Writes one set: its objects one after the other, then the manifest that makes it exist.
package actor SetWriter {
    private enum State {
        case open
        /// An object is being stored, or all of them looked at. Where that fails, the set can only be given up.
        case busy
        /// From the first attempt on nobody can know whether it is committed, but by looking.
        case committing
        case ended
    }

    package nonisolated let set: SetID
    private let vault: Vault
    private let draft: Vault.Draft
    private let lease: VaultLease
    private let compression: Compression?
    private let recipients: [AgeRecipient]
    private let clock: @Sendable () -> Instant
    private var state = State.open
    private var objects: [SetObject] = []

    init(
        _ draft: Vault.Draft,
        in vault: Vault,
        under lease: VaultLease,
        _ compression: Compression?,
        _ recipients: [AgeRecipient],
        _ clock: @escaping @Sendable () -> Instant
    ) {
        self.set = draft.set
        self.vault = vault
        self.draft = draft
        self.lease = lease
        self.compression = compression
        self.recipients = recipients
        self.clock = clock
    }

    /// Stores an object, encrypted where the vault has recipients. The lease is kept while it lasts. When this throws, the
    /// set can only be abandoned. With `isSecret` it throws `secretFailed` where the object would not be encrypted.
    @discardableResult
    package func add(
        _ name: String,
        _ content: ByteStream,
        traits: [String: String] = [:],
        isSecret: Bool = false
    ) async throws(ReportableError) -> SetObject {
        try admit(name)
        guard !isSecret || !recipients.isEmpty else { throw unencrypted(name) }
        state = .busy
        let (plain, stored) = (StreamTally(), StreamTally())
        let (stream, codecs) = try encoded(content.tallied(plain).readAhead(4))
        let outgoing = stream.tallied(stored).readAhead().keeping(lease, clock)
        let blob = VaultLayout.blob(SetObject.blob(name, codecs), of: set)
        let facts = try await vault.store.put(blob, outgoing, when: .absent)
        // A store that has stopped reading early would otherwise have a short object that agrees with itself.
        guard try await outgoing.next() == nil, facts.size == stored.size else {
            throw ReportableError(.storeFailed, "the store kept \(facts.size) bytes of \(blob), which has more")
        }
        let object = SetObject(
            name: name,
            codecs: codecs,
            plain: ByteSum(sha256: plain.digest, size: plain.size),
            stored: ByteSum(sha256: stored.digest, size: stored.size),
            traits: traits
        )
        if let flaw = object.flaw { throw ReportableError(.broken, "cannot back up this object: \(flaw)") }
        guard state == .busy else { throw misused("add to") }
        objects.append(object)
        state = .open
        return object
    }

    /// Makes the set exist. Returns when it does, with its manifest and the digest of that; throws when it does not, or
    /// when that cannot be found out: then a later look at the vault decides, and nothing is deleted meanwhile.
    package func commit(_ facts: SetFacts) async throws(ReportableError) -> (SetManifest, Digest) {
        guard state == .open else { throw misused("commit") }
        state = .busy
        try await compareWithStore()
        let now = clock()
        let manifest = manifest(facts, committed: now)
        if let flaw = manifest.flaw { throw ReportableError(.broken, "cannot commit the set \(set): \(flaw)") }
        let bytes = VaultFile.encode(manifest)
        guard bytes.count <= VaultFile.limit else {
            throw ReportableError(.broken, "cannot commit the set \(set): its manifest would have \(bytes.count) bytes")
        }
        try await lease.renew(now: now)
        // Who has given the set up meanwhile is deleting it.
        guard state == .busy else { throw misused("commit") }
        state = .committing
        try await put(bytes)
        state = .ended
        return (manifest, Digest(of: bytes))
    }

    /// Gives the set up and deletes what was stored of it, as far as it can be: a sweep finds the rest. Does nothing once a
    /// commit was tried.
    package func abandon() async {
        guard state == .open || state == .busy else { return }
        state = .ended
        guard let blobs = try? await vault.store.list(VaultLayout.folder(set)) else { return }
        for blob in blobs { try? await vault.store.delete(blob.name) }
    }

    private func admit(_ name: String) throws(ReportableError) {
        guard state == .open else { throw misused("add to") }
        guard SetObject.isName(name) else {
            throw ReportableError(.broken, "\"\(name.abridged)\" is no name for an object of a set")
        }
        guard !objects.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
            throw ReportableError(.broken, "the set \(set) already has an object \(name)")
        }
    }

    private func encoded(_ content: ByteStream) throws(ReportableError) -> (ByteStream, [SetObject.Codec]) {
        var (stream, codecs) = (content, [SetObject.Codec]())
        if let compression {
            stream = stream.compressed(level: compression.level, workers: compression.workers)
            codecs.append(.zstd)
        }
        if !recipients.isEmpty {
            stream = try stream.encrypted(to: recipients)
            codecs.append(.age)
        }
        return (stream, codecs)
    }

    /// A store that says it has what it has not is found out before anybody relies on it.
    private func compareWithStore() async throws(ReportableError) {
        let there = SetFolders(try await vault.store.list(VaultLayout.folder(set))).blobs[set] ?? [:]
        for object in objects where there[object.blob]?.size != object.stored.size {
            let kept = there[object.blob].map { "\($0.size) bytes" } ?? "nothing"
            throw ReportableError(
                .storeFailed,
                "the store has \(kept) of \(object.blob) of the set \(set), not \(object.stored.size) bytes"
            )
        }
    }

    private func manifest(_ facts: SetFacts, committed: Instant) -> SetManifest {
        SetManifest(
            format: VaultFile.format,
            vault: vault.description.id,
            set: set,
            subject: facts.subject,
            previous: draft.previous,
            lease: lease.generation,
            started: draft.started,
            captured: VaultTime(facts.captured),
            committed: VaultTime(committed),
            recipients: objects.contains(where: \.isEncrypted) ? vault.description.recipients : [],
            versions: facts.versions,
            identity: facts.identity,
            objects: objects
        )
    }

    private func put(_ manifest: [UInt8]) async throws(ReportableError) {
        let name = VaultLayout.manifest(of: set)
        var failure: ReportableError?
        do throws(ReportableError) {
            _ = try await vault.store.write(manifest, to: name, when: .absent)
        } catch {
            failure = error
        }
        // Neither an answer that was lost nor one that was wrong counts: what is there does.
        let there: [UInt8]?
        do throws(ReportableError) {
            there = try await vault.store.content(of: name, limit: VaultFile.limit)
        } catch {
            throw (failure ?? error).during("cannot see whether the set \(set) was committed")
        }
        guard there != manifest else { return }
        throw failure ?? ReportableError(.storeFailed, "the store took \(name) and does not have it")
    }

    private func misused(_ verb: String) -> ReportableError {
        ReportableError(
            .broken,
            "cannot \(verb) the set \(set): it is complete or given up, or an object of it was not stored"
        )
    }

    private func unencrypted(_ name: String) -> ReportableError {
        ReportableError(
            .secretFailed,
            "\(name) holds secrets, and this vault does not encrypt: it has no recipients",
            hint: "Use a vault that was made with the public key of an age identity."
        )
    }
}

extension ByteStream {
    /// The same stream, which keeps a lease while it is read, and breaks off when the lease is lost or the task
    /// cancelled.
    fileprivate func keeping(_ lease: VaultLease, _ clock: @escaping @Sendable () -> Instant) -> ByteStream {
        ByteStream { () async throws(ReportableError) -> [UInt8]? in
            // A source that only reads a disk has nobody who would stop it.
            guard !Task.isCancelled else { throw ReportableError(.interrupted, "interrupted while it was stored") }
            try await lease.renewIfDue(now: clock())
            return try await next()
        }
    }
}
