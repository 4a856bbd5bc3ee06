import Basics
import Interfaces

/// Reads a header line by line, and takes nothing but what age itself writes.
struct AgeHeaderReader {
    private let source: StreamReader
    private var read: [UInt8] = []
    private var stanzas: [AgeStanza] = []

    private init(_ source: StreamReader) {
        self.source = source
    }

    /// Leaves the reader behind the header. Throws `vaultDamaged`.
    nonisolated(nonsending) static func header(from source: StreamReader) async throws(ReportableError) -> AgeHeader {
        var reader = AgeHeaderReader(source)
        return try await reader.header()
    }

    private nonisolated(nonsending) mutating func header() async throws(ReportableError) -> AgeHeader {
        try checkVersion(try await line())
        while true {
            let start = read.count
            let line = try await line()
            if line.hasPrefix("--- ") {
                guard let code = AgeBase64.decode(line.dropFirst(4)), code.count == AgeHeader.codeLength else {
                    throw AgeHeader.damaged("its last line has no code of \(AgeHeader.codeLength) bytes")
                }
                return AgeHeader(stanzas: stanzas, code: code, authenticated: Array(read[..<(start + 3)]))
            }
            stanzas.append(AgeStanza(arguments: try arguments(line), body: try await body()))
        }
    }

    private func checkVersion(_ line: String) throws(ReportableError) {
        guard line != AgeHeader.version else { return }
        if line.hasPrefix("-----BEGIN AGE") {
            throw AgeHeader.damaged("it is armored; 'age -d' reads such a file")
        }
        throw AgeHeader.damaged("it begins with '\(line.abridged)' instead of '\(AgeHeader.version)'")
    }

    private func arguments(_ line: String) throws(ReportableError) -> [String] {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        let isFit = words.dropFirst().allSatisfy { word in
            !word.isEmpty && word.utf8.allSatisfy { (33...126).contains($0) }
        }
        guard words.count > 1, words[0] == "->", isFit else {
            throw AgeHeader.damaged("'\(line.abridged)' is not the first line of a recipient")
        }
        return words.dropFirst().map(String.init)
    }

    private nonisolated(nonsending) mutating func body() async throws(ReportableError) -> [UInt8] {
        var text = ""
        while true {
            let line = try await line()
            text += line
            if line.utf8.count < AgeStanza.lineLength { break }
            guard line.utf8.count == AgeStanza.lineLength else { throw AgeHeader.damaged("it has an overlong line") }
        }
        guard let body = AgeBase64.decode(text) else {
            throw AgeHeader.damaged("'\(text.abridged)' is not base64 as age writes it")
        }
        return body
    }

    private nonisolated(nonsending) mutating func line() async throws(ReportableError) -> String {
        guard let line = try await source.line(limit: AgeHeader.limit - read.count) else {
            throw AgeHeader.damaged("it has no end within \(AgeHeader.limit) bytes")
        }
        read += line + [UInt8(ascii: "\n")]
        guard let text = String(validating: line, as: UTF8.self) else {
            throw AgeHeader.damaged("it is not text")
        }
        return text
    }
}
