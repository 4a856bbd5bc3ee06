import Basics
import Interfaces
import StackModel
import Synchronization
import TestKit

@testable import Vault

/// A vault with small sets, and a clock that goes on by a second whenever it is looked at.
struct VaultLab: Sendable {
    static let series: SetSeries = SetSeries(StackID("shop", "local"), "redis-hourly")
    static let start = Instant(milliseconds: 1_795_270_803_123)

    let store: any BlobStore
    let clock: TestClock
    var compression: Compression? = nil

    init(_ store: any BlobStore, clock: TestClock = TestClock()) {
        self.store = store
        self.clock = clock
    }

    func vault(recipients: [String] = []) async throws(ReportableError) -> Vault {
        do throws(ReportableError) {
            return try await Vault.open(store)
        } catch  where error.code == .notFound {
            return try await Vault.create(in: store, recipients: recipients, now: clock.now)
        }
    }

    func lease(_ vault: Vault, _ process: String = "1") async throws(ReportableError) -> VaultLease {
        let holder = LeaseHolder(machine: "here", process: process, purpose: "backup redis-hourly of shop/local")
        return try await vault.takeLease(as: holder, for: .seconds(600), now: clock.now)
    }

    /// What the objects of a set hold, by the set's number.
    static func content(_ number: Int) -> [(name: String, bytes: [UInt8])] {
        var random = SplitMix64(seed: UInt64(number))
        let noise = (0..<300).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        return [("redis.rdb", noise), ("redis.conf", Array("appendonly yes\n".utf8)), ("empty", [])]
    }

    @discardableResult
    func writeSet(_ vault: Vault, _ lease: VaultLease) async throws(ReportableError) -> SetManifest {
        let clock = clock
        let writer = try await vault.begin(
            Self.series,
            under: lease,
            expecting: vault.description.recipients,
            compression: compression
        ) { clock.now }
        do throws(ReportableError) {
            for object in Self.content(writer.set.sequence) {
                try await writer.add(object.name, ByteStream(bytes: object.bytes), traits: ["kind": "a \"test\""])
            }
            return try await writer.commit(facts).0
        } catch {
            await writer.abandon()
            throw error
        }
    }

    var facts: SetFacts {
        SetFacts(
            subject: "redis",
            captured: clock.now,
            versions: ["redis-server": "7.0.15"],
            identity: ["run": "{\"blob\":\"x\"}", "a10": "1", "a2": "ä/ö", "B": "\u{1F}\n"]
        )
    }

    /// Every committed set is sound and reads back as it was written. Returns their numbers.
    func examine(identities: [AgeIdentity] = []) async throws -> [Int] {
        let vault = try await Vault.open(store)
        var numbers: [Int] = []
        for entry in try await vault.catalogue().entries {
            let verdict = try await vault.verify(entry.set)
            guard verdict.isSound else { throw Unsound(flaws: verdict.flaws.map(\.text)) }
            for object in Self.content(entry.set.sequence) {
                let stream = try await vault.read(
                    try entry.manifest.object(object.name),
                    of: entry.set,
                    by: identities
                )
                guard try await stream.collect(limit: 1 << 20) == object.bytes else {
                    throw Unsound(flaws: ["\(object.name) of \(entry.set) is another one"])
                }
            }
            numbers.append(entry.set.sequence)
        }
        return numbers
    }

    struct Unsound: Error { let flaws: [String] }
}

final class TestClock: Sendable {
    private let time = Mutex(VaultLab.start)

    var now: Instant {
        time.withLock { time in
            time = Instant(milliseconds: time.milliseconds + 1000)
            return time
        }
    }

    func advance(by span: TimeSpan) {
        time.withLock { $0 = Instant(milliseconds: $0.milliseconds + span.milliseconds) }
    }
}
