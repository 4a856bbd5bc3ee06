import StackSpec

/// What variables are called that the import makes.
enum VariableName {
    /// Capitals, digits and underscores of a text that is none: `--admin-password` is ADMIN_PASSWORD.
    static func made(of text: some StringProtocol) -> String {
        let words = text.uppercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let name = words.joined(separator: "_")
        guard let first = name.first else { return "VALUE" }
        return first.isNumber ? "_\(name)" : name
    }

    /// Whether a shell, too, knows a variable of this name.
    static func isForShells(_ name: String) -> Bool {
        name.isEnvironmentName && !name.contains(".") && !name.contains("-")
    }
}
