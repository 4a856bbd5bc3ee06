import Basics
import Foundation
import Interfaces
import StackModel
import Testing

@testable import Vault

/// What was written in format 1 is read for ever: a change of the format that cannot fails here.
@Suite struct FrozenVaultTests {
    private static let names = ["plain", "sealed"]

    @Test(arguments: names)
    func `a frozen vault is listed, sound and read to the byte`(_ name: String) async throws {
        try await FrozenVault.with(name) { frozen in
            let catalogue = try await frozen.vault.catalogue()
            #expect(catalogue.broken == [] && catalogue.unfinished == [] && catalogue.strangers == [])
            let series = Set(catalogue.entries.map(\.set.series))
            #expect(series.count >= 4 && catalogue.entries.count > series.count)
            for entry in catalogue.entries {
                #expect(try await frozen.vault.verify(entry.set).flaws == [])
                #expect(entry.manifest.recipients.isEmpty == (name == "plain"))
            }
            for series in series { #expect(try await frozen.vault.verifyChain(of: series) == []) }
            #expect(try await frozen.vault.verifyGuides() == [])
            #expect(catalogue.entries.contains { $0.proven != nil } || name == "plain")
            #expect(try await frozen.read() == frozen.digests)
        }
    }

    @Test(arguments: names)
    func `a byte of a frozen vault that changes is named`(_ name: String) async throws {
        try await FrozenVault.with(name) { frozen in
            for entry in try await frozen.vault.catalogue().entries {
                for blob in entry.manifest.objects.map(\.blob) + ["MANIFEST.json"] {
                    let file = "vault/sets/\(entry.set)/\(blob)"
                    let bytes = try #require(frozen.shop.read(file))
                    var damaged = bytes
                    damaged[bytes.count / 2] ^= 1
                    try frozen.shop.write(damaged, to: file)
                    #expect(try await frozen.vault.verify(entry.set).flaws.map(\.blob) == [blob])
                    try frozen.shop.write(bytes, to: file)
                }
            }
        }
    }

    /// The script that lies in it, not the one of today, with Debian's programs.
    @Test(arguments: names)
    func `a frozen vault opens without slipway`(_ name: String) async throws {
        try await FrozenVault.with(name) { frozen in
            let list = try await frozen.shop.run("/bin/sh", ["vault/restore.sh", "list"])
            let sets = list.output.split(separator: "\n").map { String($0) }
            let known = try await frozen.vault.catalogue().entries.map { "\($0.set)" }
            #expect(sets.sorted() == known.sorted(), "\(list.errorOutput)")
            for (number, set) in sets.enumerated() {
                let fetch = ["vault/restore.sh", "fetch", set, "out-\(number)", "identity"]
                let result = try await frozen.shop.run("/bin/sh", fetch)
                #expect(result.status == 0, "\(result.errorOutput)")
                let names = frozen.shop.names("out-\(number)")
                let digests = names.map { Digest(of: frozen.shop.read("out-\(number)/\($0)") ?? []).hex }
                let found = Dictionary(uniqueKeysWithValues: zip(names.map { "\(set)/\($0)" }, digests))
                #expect(found == frozen.digests.filter { $0.key.hasPrefix("\(set)/") })
            }
        }
    }

    @Test func `another key opens nothing of a frozen vault`() async throws {
        try await FrozenVault.with("sealed") { frozen in
            let entry = try #require(try await frozen.vault.catalogue().entries.first)
            let object = try #require(entry.manifest.objects.first)
            let error = await #expect(throws: ReportableError.self) {
                let stream = try await frozen.vault.read(object, of: entry.set, by: [.generate()])
                _ = try await stream.next()
            }
            #expect(error?.code == .secretFailed)
        }
    }

    /// Format 1 has vaults for keys only. What is sealed by a passphrase is a single object.
    @Test func `a frozen object opens with its passphrase`() async throws {
        let path = "\(FrozenVault.folder)/by-passphrase.zst.age"
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        let identity = try AgeIdentity.passphrase(Redacted("a test of format 1"))
        let plain = try await ByteStream(bytes: bytes).decrypted(by: [identity]).decompressed(limit: 1 << 20).all()
        let known = try FrozenVault.text("contents.sha256").split(separator: "\n").map { $0.split(separator: " ") }
        #expect(known.first { $0.last == "by-passphrase" }?.first.map { String($0) } == Digest(of: plain).hex)
    }
}
