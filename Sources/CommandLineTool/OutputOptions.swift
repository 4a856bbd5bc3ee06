import ArgumentParser

/// How read verbs print.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "How to print the result: table or json.")
    var output: OutputFormat = .table
}
