import Basics
import Foundation
import Glibc
import Interfaces
import Synchronization
import TestKit
import Testing

@testable import HostAccess

@Suite(
    "A directory behind SSH",
    .serialized,
    .enabled(if: SSHServer.isInstalled, "there is no sshd; run scripts/setup test")
)
struct SFTPStoreTests {
    private let bytes = StoreBench.bytes(5 << 20)

    private func name(_ text: String) throws -> BlobName { try #require(BlobName(text)) }

    private func refusal(_ store: SFTPStore) async -> ReportableError? {
        await #expect(throws: ReportableError.self) { _ = try await store.list("") }
    }

    @Test("is not spoken to when its key is unknown or another one, and lets nobody in with a wrong key")
    func trust() async throws {
        try await SSHServer.with { server in
            try "".write(toFile: "\(server.folder)/nobody", atomically: true, encoding: .utf8)
            let stranger = try String(contentsOfFile: "\(server.folder)/stranger.pub", encoding: .utf8)
            try "[127.0.0.1]:\(server.port) \(stranger)"
                .write(toFile: "\(server.folder)/changed", atomically: true, encoding: .utf8)
            let unknown = await refusal(try server.store(known: "nobody"))
            #expect(unknown?.hint?.contains("ssh-keyscan -p \(server.port)") == true, "\(unknown?.message ?? "")")
            #expect(try String(contentsOfFile: "\(server.folder)/nobody", encoding: .utf8).isEmpty)
            let changed = await refusal(try server.store(known: "changed"))
            #expect(changed?.message.contains("it is not the server") == true, "\(changed?.message ?? "")")
            let wrong = await refusal(try server.store(key: "stranger"))
            #expect(wrong?.message.contains("does not let") == true, "\(wrong?.message ?? "")")
            chmod("\(server.folder)/user", 0o644)
            let open = await refusal(try server.store())
            #expect(open?.message.contains("others can read the key") == true, "\(open?.message ?? "")")
        }
    }

    @Test("that is not there is named, after it was asked again")
    func away() async throws {
        try await SSHServer.with { server in
            let place = try server.place()
            let gone = SFTPPlace(
                host: place.host,
                port: RawConnection.freePort(),
                user: place.user,
                path: place.path,
                keyFile: place.keyFile,
                knownHostsFile: place.knownHostsFile
            )
            let error = await refusal(SFTPStore(gone, starter: LiveCommandRunner(), patience: .short))
            #expect(error?.code == .storeFailed)
            #expect(error?.details.joined().contains("refused") == true, "\(error?.details ?? [])")
        }
    }

    @Test("that takes the connection and never answers is not waited for once nobody wants to")
    func silent() async throws {
        try await SSHServer.with { server in
            let (port, place) = (RawConnection.freePort(), try server.place())
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(listener) }
            try #require(LoopbackSocket.listen(listener, on: port))
            let silent = SFTPPlace(
                host: place.host,
                port: port,
                user: place.user,
                path: place.path,
                keyFile: place.keyFile,
                knownHostsFile: place.knownHostsFile
            )
            let store = SFTPStore(silent, starter: LiveCommandRunner(), patience: .short)
            let began = ContinuousClock.now
            let reader = Task { () async throws in _ = try await store.list("") }
            try await Task.sleep(for: .milliseconds(300))
            reader.cancel()
            let error = await #expect(throws: ReportableError.self) { try await reader.value }
            #expect(error?.code == .interrupted, "\(error?.message ?? "")")
            #expect(began.duration(to: .now) < .seconds(10))
        }
    }

    @Test("of many who want to be the first, one is")
    func first() async throws {
        try await SSHServer.with { server in
            let (one, other) = (try server.store(), try server.store())
            for round in 0..<5 {
                let name = try name("first-\(round)")
                let winners = await withTaskGroup(of: UInt8?.self) { group in
                    for number in UInt8(0)..<6 {
                        group.addTask {
                            let store = number % 2 == 0 ? one : other
                            let facts = try? await store.put(name, .inPieces([number]), when: .absent)
                            return facts == nil ? nil : number
                        }
                    }
                    return await group.reduce(into: [UInt8]()) { if let winner = $1 { $0.append(winner) } }
                }
                #expect(winners.count == 1)
                #expect(try await one.get(name, from: 0).everything() == winners)
            }
        }
    }

    @Test("is written to and read from over another line when one breaks off, at any moment")
    func cut() async throws {
        try await SSHServer.with { server in
            let lines = WatchedStarter()
            let store = SFTPStore(try server.place(), starter: lines, patience: .short)
            for round in 0..<6 {
                let name = try name("cut-\(round)")
                let cutter = Cutter(lines, at: [1, 20 * round + 2, 60])
                let facts = try await store.put(name, cutter.cutting(.inPieces(bytes)), when: .absent)
                #expect(facts.size == bytes.count)
                #expect(try await cutter.cutting(store.get(name, from: 0)).everything() == bytes)
            }
            #expect(try await store.list("").count == 6)
            let drafts = try FileManager.default.contentsOfDirectory(atPath: "\(server.folder)/store/.drafts")
            #expect(drafts.isEmpty)
        }
    }

    @Test("that may only be read says so when it is written to, and can be read")
    func readOnly() async throws {
        try await SSHServer.with("internal-sftp -R") { server in
            let folder = "\(server.folder)/store"
            mkdir(folder, 0o700)
            try Data([1, 2]).write(to: URL(filePath: "\(folder)/there"))
            let store = try server.store()
            #expect(try await store.get(name("there"), from: 1).everything() == [2])
            let error = await #expect(throws: ReportableError.self) {
                _ = try await store.put(name("new"), .inPieces([1]), when: .always)
            }
            #expect(error?.message.contains("can be read and not written to") == true, "\(error?.message ?? "")")
        }
    }

    @Test("without what a blob is safely named by is not written to at all", arguments: SFTPRequest.needed)
    func plain(_ addition: String) async throws {
        let word = addition.prefix { $0 != "@" }
        try await SSHServer.with("internal-sftp -P \(word)") { server in
            let folder = "\(server.folder)/store"
            mkdir(folder, 0o700)
            let error = await #expect(throws: ReportableError.self) {
                _ = try await server.store().put(name("new"), .inPieces([1]), when: .absent)
            }
            #expect(error?.message.hasSuffix("it does not offer \(addition)") == true, "\(error?.message ?? "")")
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(left.isEmpty)
        }
    }

    @Test("that says nothing is given up after a while")
    func mute() async throws {
        try await SSHServer.with { server in
            let place = try server.place()
            let mute = SFTPStore(
                place,
                starter: MuteStarter(),
                patience: StorePatience(attempts: 1, reply: .seconds(1))
            )
            let error = await refusal(mute)
            #expect(error?.code == .storeFailed)
            #expect(error?.message.contains("said nothing for 1s") == true, "\(error?.message ?? "")")
        }
    }

    @Test("is reached for all who wait when one of them does not want to any more")
    func shared() async throws {
        try await SSHServer.with { server in
            let store = SFTPStore(try server.place(), starter: SlowStarter(), patience: .short)
            let folder = "\(server.folder)/store"
            mkdir(folder, 0o700)
            let (one, other) = (
                Task { () async throws in try await store.list("") },
                Task { () async throws in try await store.list("") }
            )
            try await Task.sleep(for: .milliseconds(100))
            one.cancel()
            let error = await #expect(throws: ReportableError.self) { _ = try await one.value }
            #expect(error?.code == .interrupted)
            #expect(try await other.value.isEmpty)
        }
    }

    @Test("may be the top of its server")
    func top() throws {
        let place = SFTPPlace(host: "::1", port: 22, user: "u", path: "/", keyFile: "k", knownHostsFile: "h")
        #expect(place.root == "/" && place.title == "sftp://u@[::1]:22/")
        #expect(SFTPStore(place, starter: MuteStarter()).path("a/b") == "/a/b")
    }

    @Test("whose disk is full says so, keeps what it has, and leaves nothing half-written")
    func full() async throws {
        guard geteuid() == 0 else { return print("sftp: full disk not tested, because mounting needs root") }
        try await SSHServer.with { server in
            let disk = "\(server.folder)/disk"
            mkdir(disk, 0o700)
            guard mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0 else {
                return print("sftp: full disk not tested, because mounting failed")
            }
            defer { umount2(disk, Int32(MNT_DETACH)) }
            let store = try server.store(disk)
            let small = StoreBench.bytes(300_000)
            _ = try await store.put(name("small"), .inPieces(small), when: .absent)
            let error = await #expect(throws: ReportableError.self) {
                _ = try await store.put(name("large"), .inPieces(bytes), when: .absent)
            }
            #expect(error?.message.contains("the disk is full") == true, "\(error?.message ?? "")")
            #expect(try await store.list("").map(\.name) == [name("small")])
            #expect(try await store.get(name("small"), from: 0).everything() == small)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(disk)/.drafts").isEmpty)
            #expect(try #require(await store.free()) > 300_000)
        }
    }

    @Test("shows nothing of a draft that somebody left behind, and sweeps it once it is old")
    func leftovers() async throws {
        try await SSHServer.with { server in
            let store = try server.store()
            _ = try await store.put(name("one"), .inPieces([1]), when: .always)
            let draft = "\(server.folder)/store/.drafts/7"
            try Data([1]).write(to: URL(filePath: draft))
            #expect(try await store.list("").map(\.name.text) == ["one"])
            #expect(try await store.sweep(olderThan: .seconds(3600)) == 0)
            var old = [timeval(tv_sec: 1_000_000, tv_usec: 0), timeval(tv_sec: 1_000_000, tv_usec: 0)]
            utimes(draft, &old)
            #expect(try await store.sweep(olderThan: .seconds(3600)) == 1)
            #expect(access(draft, F_OK) != 0)
        }
    }
}

/// Remembers the lines that it has started, to break them off.
private final class WatchedStarter: ProgramStarter {
    private let programs = Mutex<[any RunningProgram]>([])

    func start(_ command: CommandLine, input: ByteStream?) async throws(ReportableError) -> any RunningProgram {
        let program = try await LiveCommandRunner().start(command, input: input)
        programs.withLock { $0.append(program) }
        return program
    }

    func breakOff() { for program in programs.withLock({ $0 }) { program.kill() } }
}

private struct SlowStarter: ProgramStarter {
    func start(_ command: CommandLine, input: ByteStream?) async throws(ReportableError) -> any RunningProgram {
        try? await Task.sleep(for: .milliseconds(500))
        return try await LiveCommandRunner().start(command, input: input)
    }
}

/// A server that takes everything and answers nothing.
private struct MuteStarter: ProgramStarter {
    func start(_ command: CommandLine, input: ByteStream?) async throws(ReportableError) -> any RunningProgram {
        try await LiveCommandRunner().start(CommandLine("sleep", ["60"]), input: input)
    }
}

/// Breaks lines off when so many pieces of a stream have gone by.
private final class Cutter: Sendable {
    private let lines: WatchedStarter
    private let moments: Set<Int>
    private let count = Mutex(0)

    init(_ lines: WatchedStarter, at moments: Set<Int>) {
        self.lines = lines
        self.moments = moments
    }

    func cutting(_ stream: ByteStream) -> ByteStream {
        ByteStream { () async throws(ReportableError) in
            let piece = try await stream.next()
            let now = self.count.withLock { count in
                count += 1
                return count
            }
            if self.moments.contains(now) { self.lines.breakOff() }
            return piece
        }
    }
}
