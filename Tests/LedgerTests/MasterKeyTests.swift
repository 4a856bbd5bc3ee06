import Basics
import FoundationEssentials
import Glibc
import Testing

@testable import Ledger

@Suite("The master key")
struct MasterKeyTests {
    @Test("is made once, private, and read back the same")
    func creates() async throws {
        try await Folder.with { folder in
            let path = folder.path + "/master.key"
            let first = try MasterKey.load(path: path, creating: true)
            #expect(try folder.mode(of: path) == 0o600)
            #expect(try MasterKey.load(path: path, creating: true).keyCheck == first.keyCheck)
            #expect(try MasterKey.load(path: path, creating: false).keyCheck == first.keyCheck)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["master.key"])
            #expect("\(first)".contains("<redacted>"))
        }
    }

    @Test("is the same for everyone who makes it at the same moment")
    func race() async throws {
        try await Folder.with { folder in
            let path = folder.path + "/master.key"
            let checks = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...8 { group.addTask { try MasterKey.load(path: path, creating: true).keyCheck } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(checks.count == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["master.key"])
        }
    }

    @Test("never replaces a key that another process put in place a moment before")
    func latecomer() async throws {
        try await Folder.with { folder in
            let (path, late) = (folder.path + "/master.key", folder.path + "/late.new")
            let first = try MasterKey.load(path: path, creating: true)
            _ = try MasterKey.load(path: late, creating: true)
            try MasterKeyFile(path: path).install(late)
            #expect(try MasterKey.load(path: path, creating: false).keyCheck == first.keyCheck)
            #expect(access(late, F_OK) != 0)
        }
    }

    @Test("is refused when others can get at it", arguments: [0o640, 0o604, 0o660, 0o610] as [mode_t])
    func mode(mode: mode_t) async throws {
        try await Folder.with { folder in
            let path = folder.path + "/master.key"
            _ = try MasterKey.load(path: path, creating: true)
            #expect(chmod(path, mode) == 0)
            let error = #expect(throws: ReportableError.self) { try MasterKey.load(path: path, creating: true) }
            #expect(error?.code == .secretFailed)
            #expect(error?.message.contains("has mode \(String(mode, radix: 8))") == true)
        }
    }

    @Test(
        "is refused when it is not one line of 32 bytes in base64",
        arguments: ["", "# only words\n", "AAAA\n", String(repeating: "A", count: 43) + "=\nAAAA\n", "not base64!\n"]
    )
    func form(text: String) async throws {
        try await Folder.with { folder in
            let path = folder.path + "/master.key"
            let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
            #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
            close(descriptor)
            let error = #expect(throws: ReportableError.self) { try MasterKey.load(path: path, creating: true) }
            #expect(error?.message == "the master key \(path) is not one line of 32 bytes in base64")
        }
    }

    @Test("that is missing is not made unless asked for, and a folder is no key")
    func missing() async throws {
        try await Folder.with { folder in
            let path = folder.path + "/master.key"
            var error = #expect(throws: ReportableError.self) { try MasterKey.load(path: path, creating: false) }
            #expect(error?.message == "the master key \(path) does not exist")
            #expect(access(path, F_OK) != 0)
            error = #expect(throws: ReportableError.self) { try MasterKey.load(path: folder.path, creating: true) }
            #expect(error?.message == "the master key \(folder.path) is not a file")
        }
    }

    @Test("gives each purpose a key of its own")
    func purposes() {
        #expect(Keys.master.derived(for: .secretValue) != Keys.master.derived(for: .keyCheck))
        #expect(Keys.master.derived(for: .secretValue) != Keys.other.derived(for: .secretValue))
    }
}
