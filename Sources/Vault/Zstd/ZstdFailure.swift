import Basics
import CZstd

enum ZstdFailure {
    /// Throws when the library's answer is an error.
    static func check(_ answer: Int, _ code: ErrorCode, _ doing: String) throws(ReportableError) {
        guard ZSTD_isError(answer) != 0 else { return }
        throw ReportableError(code, "\(doing): \(String(cString: ZSTD_getErrorName(answer)))")
    }
}
