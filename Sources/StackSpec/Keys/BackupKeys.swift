import Basics
import StackModel

enum BackupKeys {
    static let name = Key<StackName>(
        "name",
        .name,
        isRequired: true,
        "What the policy is called, as in `slipway backup run`."
    )
    static let of = Key<ServiceName>(
        "of",
        .name,
        isRequired: true,
        synonyms: ["service", "what", "source"],
        "The service whose data is backed up, or `config` for the spec, the rendered files and the sealed secrets."
    )
    static let schedule = Key<String>(
        "schedule",
        .cron,
        isRequired: true,
        synonyms: ["cron", "when", "every"],
        "When it runs: the five fields of cron, as in `\"0 2 * * *\"`."
    )
    static let keep = Key<Retention>(
        "keep",
        .retention,
        isRequired: true,
        synonyms: ["retention", "retain"],
        "How many sets of each age survive."
    )
    static let to = Key<[StoreName]>(
        "to",
        .backupStores,
        isRequired: true,
        synonyms: ["stores", "store", "destination"],
        "The stores it goes to."
    )
    static let prove = Key<String>(
        "prove",
        .proof,
        default: "never",
        synonyms: ["test", "verify", "proof"],
        "How often a set is restored and probed: `hourly`, `daily`, `weekly`, `monthly`, or the five fields of cron."
    )
    static let pointInTime = Key<String>(
        "pointInTime",
        .proof,
        default: "never",
        synonyms: ["pitr", "wal", "physical", "archive", "logs"],
        "Of a Postgres or a Redis: how often what was written since goes into the stores. `slipway restore --at` then brings "
            + "back any moment. Sets of a Postgres are copies of the whole cluster then."
    )

    static let quiesce = Key<Quiesce>(
        "quiesce",
        .quiesce,
        default: "off",
        synonyms: ["hooks", "hook"],
        "For an app: how it is brought to rest while its volumes are read."
    )

    static let table = KeyTable(
        title: "backup",
        meaning: "What is backed up, when, how long it is kept and where it goes.",
        rules: [
            name.rule, of.rule, schedule.rule, keep.rule, to.rule, prove.rule, pointInTime.rule, quiesce.rule,
        ]
    )
}

extension ValueType where Value == BackupPolicy {
    static var backup: ValueType {
        .table(BackupKeys.table) { fields in
            let name = fields[BackupKeys.name]
            let of = fields[BackupKeys.of]
            let (schedule, keep) = (fields[BackupKeys.schedule], fields[BackupKeys.keep])
            let (stores, prove) = (fields[BackupKeys.to], fields[BackupKeys.prove])
            if let of, of != "config" { fields.reading.mentions.add(.subject(of), at: fields.place(of: BackupKeys.of)) }
            guard let name, let of, let schedule, let keep, let stores else { return nil }
            return BackupPolicy(
                name: name.text,
                subject: of == "config" ? .config : .service(of),
                schedule: schedule,
                keep: keep,
                stores: stores,
                prove: prove,
                pointInTime: fields[BackupKeys.pointInTime],
                quiesce: fields[BackupKeys.quiesce]
            )
        }
    }
}

extension ValueType where Value == [StoreName] {
    static var backupStores: ValueType {
        let name = ValueType<StoreName>.name
        let store = ValueType<StoreName>(shape: name.shape) { node, key, reading in
            let store = name.read(node, key, reading)
            if let store { reading.mentions.add(.store(store), at: node.place) }
            return store
        }
        let list = ValueType.list(of: store, what: "stores")
        return ValueType(shape: list.shape) { node, key, reading in
            guard let stores = list.read(node, key, reading) else { return nil }
            if node.elements?.isEmpty == true {
                return reading.refuse(node, key, wanted: "at least one store", help: "Name one of `stores`.")
            }
            if Set(stores).count < stores.count {
                reading.findings.error("a store is named twice in to", at: node.place, help: "Name each store once.")
            }
            return stores
        }
    }
}

extension ValueType where Value == String {
    /// The five fields of cron.
    static var cron: ValueType {
        let shape = Shape.text(pattern: "^\\s*\\S+(\\s+\\S+){4}\\s*$", words: "the five fields of cron")
        return ValueType(shape: shape) { node, key, reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            do throws(CronExpression.Problem) {
                _ = try CronExpression(text)
                return text
            } catch {
                let place = error.word.flatMap { reading.findings.source?.place(of: $0, from: node.place) }
                reading.findings.error("\(key) \(error.message)", at: place ?? node.place, help: error.help)
                return nil
            }
        }
    }

    static var proof: ValueType {
        let words = CronWord.allCases.map(\.rawValue)
        return ValueType(shape: .either(.choice(words), cron.shape)) { node, key, reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            if words.contains(text) { return text }
            if text.contains(" ") { return cron.read(node, key, reading) }
            return reading.refuse(
                node,
                key,
                wanted: "one of \(words.joined(separator: ", ")), or the five fields of cron",
                help: Spelling.suggestion(for: text, among: words)
            )
        }
    }
}

enum RetentionKeys {
    private static func count(_ name: String, _ what: String) -> Key<Int> {
        Key(name, .integer(0...100_000), default: "0", "How many of \(what) are kept.")
    }

    static let last = count("last", "the newest sets")
    static let hourly = count("hourly", "the newest sets of each hour")
    static let daily = count("daily", "the newest sets of each day")
    static let weekly = count("weekly", "the newest sets of each week")
    static let monthly = count("monthly", "the newest sets of each month")
    static let yearly = count("yearly", "the newest sets of each year")
    static let within = Key<TimeSpan>("within", .timeSpan, default: "none", "Every set younger than this is kept.")

    static let table = KeyTable(
        title: "keep",
        meaning: "How many sets of each age survive. A set that one rule keeps is kept.",
        rules: [last.rule, hourly.rule, daily.rule, weekly.rule, monthly.rule, yearly.rule, within.rule]
    )
}

extension ValueType where Value == Retention {
    static var retention: ValueType {
        .table(RetentionKeys.table) { fields in
            var keep = Retention()
            fields.fill(&keep.last, RetentionKeys.last)
            fields.fill(&keep.hourly, RetentionKeys.hourly)
            fields.fill(&keep.daily, RetentionKeys.daily)
            fields.fill(&keep.weekly, RetentionKeys.weekly)
            fields.fill(&keep.monthly, RetentionKeys.monthly)
            fields.fill(&keep.yearly, RetentionKeys.yearly)
            fields.fill(&keep.within, RetentionKeys.within)
            let counts = [keep.last, keep.hourly, keep.daily, keep.weekly, keep.monthly, keep.yearly]
            if keep.within == nil, counts.allSatisfy({ $0 ?? 0 == 0 }), fields.isClean {
                fields.findings.error(
                    "keep keeps nothing",
                    at: fields.place,
                    help: "Keep at least one set, as in `keep: {daily: 7}`."
                )
            }
            return keep
        }
    }
}
