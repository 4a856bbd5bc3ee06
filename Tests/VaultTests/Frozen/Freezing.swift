import Basics
import Foundation
import HostAccess
import Interfaces
import StackModel
import Testing

@testable import Vault

/// Not a test: what `scripts/freeze-vaults` has no command of slipway for, since slipway makes no vault that everybody can
/// read. Copies the sets of a sealed vault, but for those of the configuration, into one without recipients.
@Suite struct Freezing {
    /// The folder with `sealed` and `identity.txt`.
    static let wanted = ProcessInfo.processInfo.environment["SLIPWAY_FREEZE"]

    @Test(.enabled(if: wanted != nil)) func `the plain vault is made of the sealed one`() async throws {
        let folder = try #require(Self.wanted)
        let sealed = try await Vault.open(try await DirectoryStore(at: "\(folder)/sealed"))
        let key = try String(contentsOfFile: "\(folder)/identity.txt", encoding: .utf8).split(separator: "\n").last
        let identity = try AgeIdentity(Redacted(String(try #require(key))))
        let now: @Sendable () -> Instant = { Instant(milliseconds: Int(Date().timeIntervalSince1970 * 1000)) }
        let store = try await DirectoryStore(at: "\(folder)/plain")
        let plain = try await Vault.create(in: store, recipients: [], now: now())
        let holder = LeaseHolder(machine: "frozen", process: "1", purpose: "freezing")
        let lease = try await plain.takeLease(as: holder, for: .seconds(600), now: now())
        for entry in try await sealed.catalogue().entries where entry.manifest.subject != "config" {
            let manifest = entry.manifest
            let writer = try await plain.begin(entry.set.series, under: lease, expecting: [], clock: now)
            for object in manifest.objects {
                let content = try await sealed.read(object, of: entry.set, by: [identity])
                try await writer.add(object.name, content, traits: object.traits)
            }
            let facts = SetFacts(
                subject: manifest.subject,
                captured: manifest.captured.instant,
                versions: manifest.versions,
                identity: manifest.identity
            )
            let made = try await writer.commit(facts).0
            try await plain.mark(made.set, .verified, evidence: ["bytes": "\(made.size)"], at: now())
        }
        try await lease.release()
        let object = try await ByteStream(bytes: Array("sealed by a passphrase\n".utf8)).compressed(workers: 1)
            .encrypted(to: [.passphrase(Redacted("a test of format 1"), work: 10)]).all()
        try Data(object).write(to: URL(filePath: "\(folder)/by-passphrase.zst.age"))
    }
}
