/// The reference of the spec for people, made from the tables that the parser reads by.
package enum SpecReference {
    /// Markdown with a line end.
    package static func markdown() -> String {
        ([introduction] + KeyTables.all.map(section)).joined(separator: "\n") + "\n"
    }

    private static let introduction = """
        # The spec

        Generated from the parser's own tables by `make golden`; `spec.schema.json` beside this page is the same for
        editors. One file, `stack.yaml`, declares one stack. Unknown keys are errors; keys that begin with `x-` are yours.

        ## References

        | write | for | where |
        |---|---|---|
        | `${NAME}` | a variable of the caller's environment or of `.env`; unset or empty is an error | every value |
        | `${NAME:-text}` | the same, or `text` when it is unset or empty | every value |
        | `${port}` | the replica's own port | `command`, `env` |
        | `${host}` | the address to listen on, so that requests come by the edge: 127.0.0.1 on the process engine | `command`, `env` |
        | `${service:NAME}` | where a service is reached, as host:port; `.host` and `.port` give one of them | `command`, `env` |
        | `${secret:NAME}` | the value of a secret; `.user` gives the user name of a redis-user or postgres-role | `env` |
        | `${volume:NAME}` | the directory of a volume of the app, where the app sees it | `command`, `env` |
        | `$$` | one dollar | every value |

        What comes from the caller's environment lies open in the ledger, though no plan and no history shows it: declare
        a credential as a secret of kind `given` instead.
        Secrets are refused in `command`, because every user of a machine can read the arguments of every program.
        A lone `$`, as in `$HOME`, stays what it is.

        ## Values

        | value | written |
        |---|---|
        | duration | a whole number and `ms`, `s`, `m`, `h`, `d` or `w` |
        | size | a whole number and `B`, `KiB`, `MiB`, `GiB` or `TiB` |
        | percentage | up to three decimals and `%` |
        | processors | `500m` for half of one, or a whole number |
        | name | lower-case letters, digits and inner dashes, at most 40 characters |
        | schedule | the five fields of cron, in quotes: minute, hour, day of the month, month, day of the week |
        | version | best in quotes: `7.10` without them is 7.1 to other readers of YAML |

        YAML anchors, aliases and `<<` merges work; tags, several documents and a key that is there twice are refused.
        `true` and `false` are the only booleans: `yes`, `no`, `on` and `off` are texts.
        A spec has at most 1 MiB, 64 levels, 64 anchors, and 10 000 keys and values once aliases are expanded.

        ## Services

        `kind` decides which keys a service has: [app](#app), [redis](#redis), [postgres](#postgres),
        [prometheus](#prometheus), [grafana](#grafana) or [edge](#edge).

        """

    private static func section(_ table: KeyTable) -> String {
        let rows = table.rules.map { rule in
            let fallback = rule.isRequired ? "required" : rule.fallback ?? ""
            return "| `\(rule.name)` | \(rule.shape.words) | \(fallback) | \(rule.meaning) |"
        }
        let lines = [
            "## \(table.title)", "", table.meaning, "", "| key | value | default | meaning |", "|---|---|---|---|",
        ]
        return (lines + rows).joined(separator: "\n") + "\n"
    }
}
