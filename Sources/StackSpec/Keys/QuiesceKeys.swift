import Basics
import StackModel

enum QuiesceKeys {
    static let before = Key<[String]>(
        "before",
        .words,
        default: "none",
        synonyms: ["pre", "freeze", "lock", "pause"],
        "A program and its arguments that runs before the first file is read, beside a replica of the service."
    )
    static let after = Key<[String]>(
        "after",
        .words,
        default: "none",
        synonyms: ["post", "thaw", "unlock", "resume"],
        "The same, for when the last file was read; also when `before` or the reading has failed."
    )

    static let timeout = Key<TimeSpan>(
        "timeout",
        .timeSpan(atMost: .seconds(3600)),
        default: "\(Quiesce.patience)",
        synonyms: ["deadline"],
        "How long each of the two may take; it is killed then, and the backup fails."
    )

    static let table = KeyTable(
        title: "quiesce",
        meaning:
            "How an app is brought to rest while its volumes are read, where its files must agree with each other. "
            + "What ends with another status than 0 fails the backup.",
        rules: [before.rule, after.rule, timeout.rule]
    )
}

extension ValueType where Value == Quiesce {
    static var quiesce: ValueType {
        .table(QuiesceKeys.table) { fields in
            var quiesce = Quiesce()
            fields.fill(&quiesce.before, QuiesceKeys.before)
            fields.fill(&quiesce.after, QuiesceKeys.after)
            fields.fill(&quiesce.timeout, QuiesceKeys.timeout)
            if quiesce.before?.isEmpty ?? true, quiesce.after?.isEmpty ?? true, fields.isClean {
                fields.findings.error(
                    "quiesce has no program",
                    at: fields.place,
                    help: "Write it as in `quiesce: {before: [app, pause], after: [app, resume]}`."
                )
            }
            return quiesce
        }
    }
}

extension ValueType where Value == [String] {
    /// A program and its arguments, taken as they are.
    static var words: ValueType { .list(of: ValueType<String>.sentence, what: "texts") }
}
