import Basics
import StackModel

/// The values of `given` secrets, as the person who calls has them: in variables, or in files of theirs.
struct GivenValues {
    let variables: [String: String]
    /// Where paths start from.
    let directory: String

    /// Far more than a certificate with a long chain.
    private static let limit = ByteCount(bytes: 256 << 10)

    /// Those without a variable are left out. Throws `fileFailed` for a file that cannot be read.
    func all(of stack: Stack) throws(ReportableError) -> [SecretName: Redacted<String>] {
        var values: [SecretName: Redacted<String>] = [:]
        for secret in stack.secrets where secret.kind == .given {
            if let files = secret.files {
                values[secret.name] = try content(of: files, for: secret.name)
            } else if let variable = secret.from, let value = variables[variable] {
                values[secret.name] = Redacted(value)
            }
        }
        return values
    }

    /// One after the other, each on lines of its own.
    private func content(of files: [String], for secret: SecretName) throws(ReportableError) -> Redacted<String> {
        var text = ""
        for file in files {
            let path = file.hasPrefix("/") ? file : "\(directory)/\(file)"
            do {
                let bytes = try SmallFile.read(path, atMost: Self.limit)
                guard let content = String(validating: bytes, as: UTF8.self) else {
                    throw SmallFile.Failure.refused("it is no text")
                }
                guard content.contains(where: { !$0.isWhitespace }) else {
                    throw SmallFile.Failure.refused("it is empty")
                }
                text += text.isEmpty || text.hasSuffix("\n") ? content : "\n\(content)"
            } catch {
                throw ReportableError(
                    .fileFailed,
                    "cannot read \(path) for the secret \(secret): \(error)",
                    hint: "See `files` of secrets.\(secret) in the spec. Whoever renews them replaces each as a whole."
                )
            }
        }
        return Redacted(text)
    }
}
