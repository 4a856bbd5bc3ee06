import Basics
import Interfaces

/// The first nine bytes of a snapshot: `REDIS0010`.
enum RDBHeader {
    static let length = 9

    /// nil when it is none.
    static func version(_ bytes: some Sequence<UInt8>) -> Int? {
        let text = String(decoding: Array(bytes.prefix(length)), as: UTF8.self)
        guard text.utf8.count == length, text.hasPrefix("REDIS") else { return nil }
        let digits = text.dropFirst(5)
        return digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
    }

    /// Throws `engineFailed` when a file that a server has just written is none.
    static func version(of file: SpoolFile) async throws(ReportableError) -> Int {
        guard let version = version(try await file.content.next() ?? []) else {
            throw ReportableError(.engineFailed, "what Redis sent is not a snapshot")
        }
        return version
    }
}
