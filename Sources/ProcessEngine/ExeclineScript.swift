/// A script for execlineb: a chain of programs, each a vector of words, no shell.
struct ExeclineScript {
    private var lines: [String]

    /// `options` are those of execlineb: `-P` for none, `-S2` for two positional arguments.
    init(_ options: String) {
        self.lines = ["#!/usr/bin/execlineb \(options)"]
    }

    /// Adds programs whose words are taken as they are.
    mutating func append(_ words: [String]) {
        lines.append(words.map(Self.quoted).joined(separator: " "))
    }

    /// Adds a line of execline as it stands.
    mutating func append(raw line: String) {
        lines.append(line)
    }

    /// Makes the process one of these control groups, each named by its `cgroup.procs` file.
    mutating func append(entering groups: [String]) {
        if !groups.isEmpty { append(raw: "getpid -E process_of_this_replica") }
        for file in groups {
            append(raw: "foreground { redirfd -w 1 \(Self.quoted(file))")
            append(raw: "  echo ${process_of_this_replica} }")
        }
    }

    /// The script as a file.
    var text: String { lines.joined(separator: "\n") + "\n" }
    /// The script as an argument of `execlineb -c`.
    var body: String { lines.dropFirst().joined(separator: "\n") }

    /// Between double quotes only the quote and the backslash are special.
    static func quoted(_ word: String) -> String {
        var text = "\""
        for character in word.unicodeScalars {
            if character == "\"" || character == "\\" { text += "\\" }
            text.unicodeScalars.append(character)
        }
        return text + "\""
    }

    /// A line `NAME="value"` for `envfile`, which reads the same escapes; a line break becomes `\n`.
    static func assignment(_ name: String, _ value: String) -> String {
        let quoted = quoted(value).split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
        return "\(name)=\(quoted)\n"
    }
}
