import Basics
import Glibc
import HostAccess
import Interfaces
import StackModel
import Synchronization
import Testing

@testable import DataSources

/// A folder of a test's own, in which servers may walk.
struct Yard: Sendable {
    let path: String
    let runner = LiveCommandRunner()

    static func with(_ body: (Yard) async throws -> Void) async throws {
        // As the program itself has it.
        umask(0o077)
        var name = Array("/tmp/slipway-data-XXXXXX".utf8CString)
        try #require(mkdtemp(&name) != nil)
        let yard = Yard(path: String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        chmod(yard.path, 0o711)
        do {
            try await body(yard)
        } catch {
            try await Leftovers.clear(yard.path, yard.runner)
            throw error
        }
        #expect(yard.names("").filter { $0.hasPrefix("scratch") } == [], "scratch folders were left behind")
        try await Leftovers.clear(yard.path, yard.runner)
    }

    /// The names in a folder of the yard, sorted.
    func names(_ folder: String) -> [String] {
        guard let directory = opendir("\(path)/\(folder)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// The account of a server: the package's for root, else whoever runs the test.
    func owner(_ name: String) -> DataOwner {
        guard geteuid() == 0, let entry = getpwnam(name) else {
            return DataOwner(userID: geteuid(), groupID: getegid(), user: nil)
        }
        return DataOwner(userID: entry.pointee.pw_uid, groupID: entry.pointee.pw_gid, user: name)
    }
}

/// What a set holds, kept in memory.
final class Shelf: Sendable {
    private let objects = Mutex<[String: [UInt8]]>([:])
    private let secrets = Mutex<Set<String>>([])

    var names: [String] { objects.withLock { $0.keys.sorted() } }
    var secretNames: [String] { secrets.withLock { $0.sorted() } }

    subscript(_ name: String) -> [UInt8] {
        get { objects.withLock { $0[name] ?? [] } }
        set { objects.withLock { $0[name] = newValue } }
    }

    func text(_ name: String) -> String { String(decoding: self[name], as: UTF8.self) }

    var sink: ObjectSink {
        { (object) throws(ReportableError) in
            var bytes: [UInt8] = []
            while let piece = try await object.content.next() { bytes += piece }
            self[object.name] = bytes
            if object.isSecret { _ = self.secrets.withLock { $0.insert(object.name) } }
        }
    }

    var source: ObjectSource {
        { (name) throws(ReportableError) in
            guard self.names.contains(name) else { throw ReportableError(.notFound, "no object \(name)") }
            return ByteStream(bytes: self[name])
        }
    }
}

/// Looks at the arguments of all processes for as long as work takes.
func argumentsSeen(during work: @escaping @Sendable () async throws -> Void) async throws -> Set<String> {
    let watch = Task {
        let ps = CommandLine("ps", ["-ewwo", "args="])
        var seen: Set<String> = []
        while !Task.isCancelled {
            let processes = try? await LiveCommandRunner().run(ps).output.split(separator: "\n")
            seen.formUnion((processes ?? []).map(String.init))
            try? await Task.sleep(for: .milliseconds(10))
        }
        return seen
    }
    do {
        try await work()
    } catch {
        watch.cancel()
        throw error
    }
    watch.cancel()
    return await watch.value
}
