import StackModel

/// The `.env` that Compose reads beside its file. Compose takes a variable of the caller's environment before one of
/// the file, so secrets have a prefix that no other program's variables have.
struct DotEnvFile {
    let project: StackID
    /// The files below `secrets/` whose values environments use.
    let files: Set<String>

    /// The variable that holds the value of a file below `secrets/`.
    static func variable(of file: String) -> String {
        // A handed-on value's file has a dot and ends with the variable as the app has it.
        let words = file.split(separator: ".", maxSplits: 1).map { $0.replacing("-", with: "_") }
        return words.count == 2 ? "VALUE_\(words[0].uppercased())_\(words[1])" : "SECRET_\(words[0].uppercased())"
    }

    /// The end of `secrets.sh`.
    var lines: String {
        let variables = files.sorted().map { "    variable \(Self.variable(of: $0)) \($0)" }
        return
            ([
                Self.functions, "{",
                "    printf '%s\\n' \"$first\" 'COMPOSE_PROJECT_NAME=\(project.stack)-\(project.environment)'",
            ] + variables
            + ["} >\"$new\"", "put .env 600"]).joined(separator: "\n")
    }

    /// Compose 1 and 2 read the same file differently: 1 takes `\'` and `\\` in single quotes for escapes and fills in
    /// `${...}` everywhere; 2 takes nothing in single quotes for anything. What remains reads the same in both.
    private static let functions = #"""

        # variable NAME SECRET: a line of .env that every Compose reads as the value of the secret.
        carriage_return=$(printf '\r')
        variable() {
            content=$(cat "secrets/$2")
            case $content in
            *\'* | *\\\\* | *\\ | *"\${"* | *"$carriage_return"*)
                case $content in
                *[\"\$\\]* | *"$carriage_return"*)
                    fail "secrets/$2 holds quotes, backslashes or dollars that no .env carries unchanged"
                    ;;
                esac
                printf '%s="%s"\n' "$1" "$content"
                ;;
            *) printf "%s='%s'\n" "$1" "$content" ;;
            esac
        }

        first='# Written by ./secrets.sh, which writes it anew. Your own variables belong into your environment.'
        if [ -e .env ]; then
            IFS= read -r line <.env || true
            [ "$line" = "$first" ] || fail ".env is not of my making: move it away"
        fi
        """#
}
