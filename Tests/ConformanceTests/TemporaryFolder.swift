import FoundationEssentials
import Glibc

/// Folders that users without rights can walk to, with short paths, because those of sockets are short.
enum TemporaryFolder {
    /// In memory where there is such a place and the folder may live there.
    static func make(inMemory: Bool = false) throws -> String {
        let place = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var name = Array("\(place)/slipway-c-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { throw POSIXError(.EIO) }
        let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        chmod(path, 0o711)
        return path
    }

    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
