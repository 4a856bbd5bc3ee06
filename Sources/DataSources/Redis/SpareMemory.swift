import Basics
import Interfaces

/// Whether the machine can hold the data of a Redis once more. If it cannot, the kernel would end some server for it,
/// and the live one is the largest.
enum SpareMemory {
    /// Throws `engineFailed` when it cannot.
    static func check(_ bytes: Int, for service: String) async throws(ReportableError) {
        let file = try await SpoolFile.open("/proc/meminfo")
        let text = String(decoding: try await file.content.next() ?? [], as: UTF8.self)
        guard let available = available(text), available < bytes / 10 * 12 else { return }
        throw ReportableError(
            .engineFailed,
            "to prove the data of \(service), \(bytes >> 20) MiB, a scratch server needs as much memory again, and "
                + "\(available >> 20) MiB are free",
            hint: "Free some, or give the machine more."
        )
    }

    /// Bytes, from the text of `/proc/meminfo`.
    static func available(_ text: String) -> Int? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }
}
