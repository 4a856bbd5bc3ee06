import Basics
import StackModel
import StackSpec

/// A Redis of its own kind.
struct RedisSection {
    let draft: Draft
    let translation: Translation

    func line() -> SpecLine {
        let data = DataSection(draft: draft, translation: translation)
        data.leaveVariables(but: Self.known, LeftOutReason("Slipway sets up the server itself"))
        data.leaveMounts(LeftOutReason("Slipway writes redis.conf"))
        let lines = settings(data)
        data.sayData(appends ? saysAppend ? Self.log : Self.dumpBesideLog : Self.dumpAlone)
        data.leavePorts(
            "From the machine: `slipway exec`, or a tunnel through `ssh -L` to the address that `slipway status` shows."
        )
        if let image = draft.image, image.repository.contains("bitnami") {
            let place = draft.node.entry("image")?.valuePlace ?? draft.place
            data.report.changed(
                "\(draft.path).image",
                at: place,
                "the official image takes the place of \(translation.signs.written(image.text))"
            )
        }
        sayLogin()
        return data.line(lines, version: true, usesImage: draft.image?.repository.contains("bitnami") != true)
    }

    /// Redis 7 takes an append-only file of an earlier one over by itself.
    private static let log =
        "Copy the old `appendonlydir` (before Redis 7: `appendonly.aof`) in before the first start: Redis reads that, and no"
        + " dump.rdb beside it."

    /// With an append-only file to be kept, Redis starts empty beside a dump, and overwrites that with its next one.
    private static let dumpBesideLog =
        "With an append-only file Redis never reads a dump.rdb. For old data write `persistence: [rdb]`, copy the file in"
        + " before the first start, let the user slipway say `CONFIG SET appendonly yes`, wait for `appendonlydir`, and then"
        + " take the line away: docs/importing.md has the commands."

    private static let dumpAlone =
        "Redis reads an old dump.rdb from there when you copy it in before the first start."

    private static let known: Set = ["REDIS_PASSWORD", "ALLOW_EMPTY_PASSWORD", "REDIS_AOF_ENABLED"]

    private func sayLogin() {
        let account = translation.secrets.accounts.first { $0.service == draft.name }
        translation.report.changed(
            draft.path,
            at: draft.place,
            "every program needs a user and a password of it, and none may say FLUSHDB, KEYS, SORT or CLIENT LIST",
            help: account.map {
                "Apps log in with ${secret:\($0.name).user} and ${secret:\($0.name)}: look at those that name only a host."
            }
                ?? "Declare a secret `{kind: redis-user, service: \(draft.name)}` for each app that uses it."
        )
    }

    private var appends: Bool { append.map { $0 != "no" } ?? true }

    /// The old server has an append-only file.
    private var saysAppend: Bool { append == "yes" }

    private var append: String? {
        let option = RedisOptions(draft, translation.signs).options.last { $0.name == "appendonly" }
        return option?.values.first ?? draft.variable("REDIS_AOF_ENABLED")?.text
    }

    private func settings(_ data: DataSection) -> [SpecLine] {
        var lines: [SpecLine] = []
        var saves = true
        for option in RedisOptions(draft, translation.signs).options {
            switch option.name {
            case "appendonly": break
            case "save": saves = option.values.first != ""
            case "maxmemory": lines += memory(option, data)
            case "requirepass", "dir", "port", "bind", "protected-mode", "appendfsync", "daemonize": break
            default: leave(option, data)
            }
        }
        if !appends || !saves {
            let ways = (appends ? ["aof"] : []) + (saves ? ["rdb"] : [])
            lines.insert(SpecLine("persistence", .list(ways.map { .text($0) })), at: 0)
        }
        return lines
    }

    private var place: Place {
        draft.node.entry("command")?.keyPlace ?? draft.node.entry("entrypoint")?.keyPlace ?? draft.place
    }

    private func memory(_ option: RedisOptions.Option, _ data: DataSection) -> [SpecLine] {
        let text = option.values.first ?? ""
        guard let size = ComposeUnits.size(text), size.bytes >= 1 << 20 else {
            if text != "0" { leave(option, data) }
            return []
        }
        let limit = DeployReader(scalars: translation.scalars, draft: draft).memory()
        if let limit, size >= limit {
            data.report.leftOut(
                "\(draft.path).command (maxmemory)",
                at: place,
                "\(size) of data do not fit into a limit of \(limit)"
            )
            return []
        }
        return [SpecLine("memory", .text("\(size)"))]
    }

    private func leave(_ option: RedisOptions.Option, _ data: DataSection) {
        let isPolicy = option.name == "maxmemory-policy"
        data.report.leftOut(
            "\(draft.path).command (\(option.name))",
            at: place,
            isPolicy
                ? "Slipway's Redis never throws data away: when it is full it refuses writes"
                : "Slipway writes redis.conf",
            help: isPolicy
                ? "A cache that must forget stays a plain app: leave `kind` away and give it this image and command."
                : nil
        )
    }
}

/// What `redis-server` is started with.
struct RedisOptions {
    struct Option {
        let name: String
        var values: [String] = []
    }

    private(set) var options: [Option] = []
    /// The password that everybody is asked for.
    private(set) var password: String?

    init(_ draft: Draft, _ signs: SignTable) {
        var words = (draft.entrypoint ?? []) + (draft.command ?? [])
        if words.count == 3, words[1] == "-c" { words = ShellWords.split(words[2]) ?? [] }
        for word in words {
            if word.hasPrefix("--") {
                options.append(Option(name: String(word.dropFirst(2).prefix { $0 != "=" })))
            } else if !options.isEmpty {
                options[options.count - 1].values.append(word)
            } else if word.hasSuffix(".conf") {
                options.append(Option(name: word))
            }
        }
        password = options.first { $0.name == "requirepass" }?.values.first ?? draft.variable("REDIS_PASSWORD")?.text
        // A variable of its own environment, as the shell in the container reads it.
        if let name = password, name.hasPrefix("$") {
            password = draft.variable(name.filter { !"${}".contains($0) })?.text
        }
    }
}
