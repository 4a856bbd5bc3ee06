/// Texts as Compose reads them: a dollar begins a variable, and a doubled one is a dollar.
enum ComposeText {
    static func literal(_ text: String) -> String { text.replacing("$", with: "$$") }

    /// The value of a file below `secrets/`, from `.env`. Without it nothing is started.
    static func secret(_ file: String) -> String {
        "${\(DotEnvFile.variable(of: file)):?run ./secrets.sh first}"
    }
}
