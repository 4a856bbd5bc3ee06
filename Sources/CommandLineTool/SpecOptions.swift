import ArgumentParser

/// How the warnings of a spec are told.
enum Warnings {
    case inFull
    /// By those who read them before, and come again and again.
    case counted
}

/// What the verbs that read a spec have in common.
struct SpecOptions: ParsableArguments {
    @Flag(
        help:
            "Credentials in clear, and what the engine does not act on, or nothing does yet, are errors, not warnings."
    )
    var strict = false
}
