import Basics
import Foundation
import Glibc
import HostAccess
import Interfaces
import StackModel
import Testing

@testable import Vault

/// A vault on a disk, opened by the script that lies in it, with Debian's programs and without ours.
@Suite struct RestoreScriptTests {
    private func script(_ shop: Workshop, _ arguments: String...) async throws(ReportableError) -> CommandResult {
        try await shop.run("/bin/sh", ["vault/restore.sh"] + arguments)
    }

    private func filled(
        _ shop: Workshop,
        _ compression: Compression?,
        _ identity: AgeIdentity?
    ) async throws -> (VaultLab, Vault, SetID) {
        var lab = VaultLab(try await DirectoryStore(at: "\(shop.path)/vault"))
        lab.compression = compression
        let recipients = identity?.recipient.map { ["\($0)"] } ?? []
        if let text = identity?.text?.reveal() { try shop.write(text + "\n", to: "identity") }
        let vault = try await lab.vault(recipients: recipients)
        let lease = try await lab.lease(vault)
        try await lab.writeSet(vault, lease)
        return (lab, vault, try await lab.writeSet(vault, lease).set)
    }

    @Test(arguments: [(nil, false), (Compression(), false), (nil, true), (Compression(), true)])
    func `a set is restored without slipway`(_ compression: Compression?, _ isEncrypted: Bool) async throws {
        let shop = try Workshop()
        defer { shop.remove() }
        let identity = isEncrypted ? AgeIdentity.generate() : nil
        let (lab, _, set) = try await filled(shop, compression, identity)
        #expect(try await lab.examine(identities: identity.map { [$0] } ?? []) == [1, 2])

        let list = try await script(shop, "list")
        #expect(list.output.split(separator: "\n").last == "\(set)")
        let check = try await script(shop, "check", "sets/\(set)")
        #expect(check.status == 0, "\(check.errorOutput)")
        let fetch = try await script(shop, "fetch", "\(set)", "out", "identity")
        #expect(fetch.status == 0, "\(fetch.output)\(fetch.errorOutput)")
        for object in VaultLab.content(2) { #expect(shop.read("out/\(object.name)") == object.bytes) }
        #expect(shop.names("out") == ["empty", "redis.conf", "redis.rdb"])
        #expect(fetch.output.contains("appendonly.aof.manifest"))
        // Again: nothing is overwritten.
        #expect(try await script(shop, "fetch", "\(set)", "out", "identity").status == 1)
    }

    @Test func `the script refuses what is damaged, and the wrong key, and leaves nothing`() async throws {
        let shop = try Workshop()
        defer { shop.remove() }
        let identity = AgeIdentity.generate()
        let (_, _, set) = try await filled(shop, Compression(), identity)
        let folder = "vault/sets/\(set)"
        for name in ["redis.rdb.zst.age", "redis.conf.zst.age", "MANIFEST.json"] {
            let bytes = try #require(shop.read("\(folder)/\(name)"))
            for index in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 12)) {
                var damaged = bytes
                damaged[index] ^= 4
                for damage in [damaged, Array(bytes.prefix(index))] {
                    try shop.write(damage, to: "\(folder)/\(name)")
                    let fetch = try await script(shop, "fetch", "\(set)", "out", "identity")
                    #expect(fetch.status == 1)
                    #expect((fetch.output + fetch.errorOutput).contains(name), "\(name) at \(index)")
                    #expect(shop.names("out") == [])
                }
            }
            try shop.write(bytes, to: "\(folder)/\(name)")
        }
        try shop.write(AgeIdentity.generate().text?.reveal() ?? "", to: "identity")
        #expect(try await script(shop, "fetch", "\(set)", "out", "identity").status == 1)
        #expect(shop.names("out") == [])
        for set in ["../..", "sets", "shop/local/redis-hourly/20261121T142003Z-000009", ""] {
            #expect(try await script(shop, "check", set).status != 0)
        }
    }

    @Test func `a set that was given up is none for the script`() async throws {
        let shop = try Workshop()
        defer { shop.remove() }
        let (lab, vault, set) = try await filled(shop, nil, nil)
        let clock = lab.clock
        let lease = try await vault.takeLease(
            as: LeaseHolder(machine: "here", process: "2", purpose: "sweep"),
            for: .seconds(60),
            now: clock.now
        ) { _ in true }
        let writer = try await vault.begin(VaultLab.series, under: lease, expecting: [], compression: nil) { clock.now }
        try await writer.add("a", ByteStream(bytes: [1]))
        clock.advance(by: .seconds(100))
        #expect(try await vault.sweep(olderThan: .seconds(50), under: lease) { clock.now }.sets == [writer.set])
        #expect(try await script(shop, "check", "\(writer.set)").status == 1)
        #expect(try await script(shop, "list").output.split(separator: "\n").last == "\(set)")
    }

    @Test func `the newest set is the one with the greatest number, also where a clock was wrong`() async throws {
        let shop = try Workshop()
        defer { shop.remove() }
        let (lab, vault, second) = try await filled(shop, nil, nil)
        let lease = try await vault.takeLease(
            as: LeaseHolder(machine: "here", process: "2", purpose: "backup"),
            for: .seconds(60),
            now: lab.clock.now
        ) { _ in true }
        lab.clock.advance(by: .seconds(-86_400))
        let third = try await lab.writeSet(vault, lease).set
        let list = try await script(shop, "list").output.split(separator: "\n")
        #expect(list.suffix(2) == ["\(second)", "\(third)"])
    }

    @Test func `the script pleases shellcheck`() async throws {
        let shop = try Workshop()
        defer { shop.remove() }
        try shop.write(RestoreScript.text, to: "restore.sh")
        guard let result = try? await shop.run("shellcheck", ["restore.sh"]) else {
            print("skipped: shellcheck is not installed")
            return
        }
        #expect(result.status == 0, "\(result.output)")
    }

    /// The commands that it prints for Redis, typed as they stand.
    @Test func `a Redis server starts from what the script says`() async throws {
        let shop = try Workshop()
        defer { shop.remove() }
        let made = try await shop.run(
            "/bin/sh",
            [
                "-c",
                "redis-server --port 0 --unixsocket $PWD/a.sock --save '' --daemonize yes --pidfile $PWD/a.pid --dir $PWD >/dev/null "
                    + "&& sleep 1 && redis-cli -s $PWD/a.sock SET answer 42 && redis-cli -s $PWD/a.sock SAVE && redis-cli -s $PWD/a.sock SHUTDOWN NOSAVE; ls dump.rdb",
            ]
        )
        guard made.output.contains("dump.rdb"), let dump = shop.read("dump.rdb") else {
            print("skipped: there is no redis-server")
            return
        }
        let lab = VaultLab(try await DirectoryStore(at: "\(shop.path)/vault"))
        let vault = try await lab.vault()
        let clock = lab.clock
        let lease = try await lab.lease(vault)
        let writer = try await vault.begin(VaultLab.series, under: lease, expecting: []) { clock.now }
        try await writer.add("redis.rdb", ByteStream(bytes: dump))
        _ = try await writer.commit(lab.facts)
        let fetch = try await script(shop, "fetch", "\(writer.set)", "out")
        let commands = fetch.output.split(separator: "\n").filter { $0.hasPrefix("  ") }.joined(separator: "\n")
        let typed =
            "\(commands) --daemonize yes >/dev/null && sleep 1 && redis-cli -s $PWD/redis.sock GET answer; redis-cli -s $PWD/redis.sock SHUTDOWN NOSAVE"
        #expect(try await shop.run("/bin/sh", ["-c", typed]).output.contains("42"))
    }
}
