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
            "Credentials in clear, and what the engine does not do as it is written, are errors, not warnings; not what nobody could mend."
    )
    var strict = false
}
