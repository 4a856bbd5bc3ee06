import Basics

/// How much room the disk behind a path has.
enum SFTPSpace {
    /// nil where the server does not tell.
    static func free(at path: String, _ line: SFTPLine) async throws(ReportableError) -> Int? {
        guard line.additions.contains(SFTPRequest.telling) else { return nil }
        guard case .extended(let bytes) = try await line.ask(.space(path)) else { return nil }
        var fields = SFTPScanner(bytes[...])
        // As statvfs(3) has them: block size, fragment size, blocks, free blocks, those that this user may write.
        _ = try fields.long()
        let size = try fields.long()
        for _ in 0..<2 { _ = try fields.long() }
        let (free, isTooMuch) = try fields.long().multipliedReportingOverflow(by: size)
        return isTooMuch ? nil : free
    }
}
