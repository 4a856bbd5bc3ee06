import Basics
import Foundation
import HostAccess
import Interfaces
import StackModel

@testable import Vault

/// A vault that a slipway of long ago has made (`backups/format-1`), in a folder of its own, with what is known to be in it.
struct FrozenVault {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "backups/format-1").path

    let shop: Workshop
    let vault: Vault
    let identities: [AgeIdentity]
    /// The SHA-256 of what each object holds, by `SET/OBJECT`, as stock programs have found it when it was frozen.
    let digests: [String: String]

    /// Opens a copy, which may be damaged.
    static func with(_ name: String, _ body: (FrozenVault) async throws -> Void) async throws {
        let shop = try Workshop()
        defer { shop.remove() }
        try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(shop.path)/vault")
        let key = try text("identity.txt")
        try shop.write(key, to: "identity")
        let secret = key.split(separator: "\n").last.map { String($0) } ?? ""
        try await body(
            FrozenVault(
                shop: shop,
                vault: try await Vault.open(try await DirectoryStore(at: "\(shop.path)/vault")),
                identities: [try AgeIdentity(Redacted(secret))],
                digests: try digests(of: name)
            )
        )
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }

    private static func digests(of name: String) throws -> [String: String] {
        let lines = try text("contents.sha256").split(separator: "\n").map {
            $0.split(separator: " ").map { String($0) }
        }
        let pairs = lines.filter { $0.count == 2 && $0[1].hasPrefix("\(name)/") }
        return Dictionary(uniqueKeysWithValues: pairs.map { (String($0[1].dropFirst(name.count + 1)), $0[0]) })
    }

    /// The SHA-256 of each object, by `SET/OBJECT`, as this slipway reads it.
    func read() async throws -> [String: String] {
        var found: [String: String] = [:]
        for entry in try await vault.catalogue().entries {
            for object in entry.manifest.objects {
                let tally = StreamTally()
                let stream = try await vault.read(object, of: entry.set, by: identities).tallied(tally)
                while try await stream.next() != nil {}
                found["\(entry.set)/\(object.name)"] = tally.digest.hex
            }
        }
        return found
    }
}
