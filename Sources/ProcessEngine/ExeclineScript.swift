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

    /// Moves the process that runs the script, and with it what the script becomes, to control groups, each named by
    /// its `cgroup.procs` file. One that cannot be entered is passed over.
    mutating func enter(_ controlGroups: [String]) {
        guard !controlGroups.isEmpty else { return }
        lines.append("getpid -E process_of_this_script")
        for file in controlGroups {
            lines.append("foreground { redirfd -w 1 \(Self.quoted(file))")
            lines.append("  echo ${process_of_this_script} }")
        }
        // How the last `foreground` ended: nothing for the program.
        lines.append("unexport ?")
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
