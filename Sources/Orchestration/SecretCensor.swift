import Basics
import Ledger
import StackModel

/// Takes the secrets of a release out of what a failure quotes. The last log lines of a program may hold them, and a
/// failure goes into the ledger, onto a screen and often into a chat.
struct SecretCensor: Sendable {
    let dependencies: Dependencies
    let release: Release

    /// Shorter values would black out words that only look like them.
    private static let shortest = 6

    /// Where a secret cannot be opened nothing is quoted at all.
    func censored(_ error: ReportableError) async -> ReportableError {
        guard !release.contents.secrets.isEmpty else { return error }
        do throws(ReportableError) {
            let values = try await values()
            return error.mapped { text in
                values.reduce(text) { $0.replacing($1.value, with: "‹secret \($1.name)›") }
            }
        } catch {
            return withoutQuotes(error)
        }

        func withoutQuotes(_ obstacle: ReportableError) -> ReportableError {
            ReportableError(
                error.code,
                error.message,
                hint: error.hint,
                details: ["(log lines are withheld, because secrets in them cannot be told: \(obstacle.message))"]
            )
        }
    }

    /// The longest first, so that no part of one is left by another. A value of several lines is quoted line by line.
    private func values() async throws(ReportableError) -> [(name: SecretName, value: String)] {
        var values: [(name: SecretName, value: String)] = []
        let store = try dependencies.secrets()
        for (name, version) in release.contents.secrets.sorted(by: { $0.key < $1.key }) {
            let secret = try await store.open(name, version: version, of: release.stack.id)
            let lines = secret.value.reveal().split(whereSeparator: \.isNewline).map(String.init)
            values += lines.filter { $0.count >= Self.shortest }.map { (name, $0) }
        }
        return values.sorted { $0.value.count > $1.value.count }
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
