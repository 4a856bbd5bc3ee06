import Basics
import Ledger
import StackModel

/// Takes the secrets of a release out of what a failure quotes. The last log lines of a program may hold them, and a
/// failure goes into the ledger, onto a screen and often into a chat.
struct SecretCensor: Sendable {
    let secrets: SecretStore
    let release: Release

    /// Shorter values would black out words that only look like them.
    private static let shortest = 6

    /// A shorter piece of a secret at the end of a line that was cut says little enough.
    private static let shortestPiece = 4

    /// Where a secret cannot be opened nothing is quoted at all.
    func censored(_ error: ReportableError) async -> ReportableError {
        guard !release.contents.secrets.isEmpty else { return error }
        do throws(ReportableError) {
            let spellings = try await spellings()
            return error.mapped { Self.censored($0, spellings) }
        } catch {
            return withoutQuotes(error)
        }

        func withoutQuotes(_ obstacle: ReportableError) -> ReportableError {
            ReportableError(
                error.code,
                Self.withoutQuote(error.message),
                hint: error.hint,
                details: ["(log lines are withheld, because secrets in them cannot be told: \(obstacle.message))"]
            )
        }
    }

    private struct Spelling {
        let text: String
        let mark: String
    }

    private static func censored(_ text: String, _ secrets: [Spelling]) -> String {
        let whole = secrets.reduce(text) { $0.replacing($1.text, with: $1.mark) }
        let parts = whole.split(separator: "…", omittingEmptySubsequences: false).map(String.init)
        return (parts.dropLast().map { withoutPiece($0, secrets) } + parts.suffix(1)).joined(separator: "…")
    }

    /// A line that was cut may end within a secret.
    private static func withoutPiece(_ line: String, _ secrets: [Spelling]) -> String {
        for secret in secrets {
            let longest = secret.text.count - 1
            guard longest >= shortestPiece else { continue }
            for length in stride(from: longest, through: shortestPiece, by: -1)
            where line.hasSuffix(secret.text.prefix(length)) {
                return line.dropLast(length) + secret.mark
            }
        }
        return line
    }

    /// A sentence of ours may end in a line of the log.
    private static func withoutQuote(_ message: String) -> String {
        guard let quote = message.firstRange(of: ", saying: ") else { return message }
        return String(message[..<quote.lowerBound])
    }

    /// The longest first, so that no part of one is left by another. A value of several lines is quoted line by line.
    private func spellings() async throws(ReportableError) -> [Spelling] {
        var spellings: [Spelling] = []
        for (name, version) in release.contents.secrets.sorted(by: { $0.key < $1.key }) {
            let secret = try await secrets.open(name, version: version, of: release.stack.id)
            let lines = secret.value.reveal().split(whereSeparator: \.isNewline).map(String.init)
            for line in lines where line.count >= Self.shortest {
                spellings += PercentEncoding.spellings(of: line).map { Spelling(text: $0, mark: "‹secret \(name)›") }
            }
        }
        return spellings.sorted { $0.text.count > $1.text.count }
    }
}

extension ReportableError {
    /// The same error with every text in it changed.
    fileprivate func mapped(_ change: (String) -> String) -> ReportableError {
        ReportableError(
            code,
            change(message),
            hint: hint.map(change),
            details: details.map(change),
            diagnostics: diagnostics
        )
    }
}
