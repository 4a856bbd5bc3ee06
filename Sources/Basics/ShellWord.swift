/// A text as one word of a shell.
package enum ShellWord {
    private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,")

    /// The same where the shell takes it as it is, else in quotes.
    package static func quoted(_ word: String) -> String {
        word.isEmpty || !word.allSatisfy(plain.contains) ? inQuotes(word) : word
    }

    /// In single quotes, whatever the text holds.
    package static func inQuotes(_ word: String) -> String { "'\(word.replacing("'", with: "'\\''"))'" }
}
