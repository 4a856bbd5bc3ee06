import Basics
import Orchestration
import StackModel

/// The page of a kit, in Markdown, for paper.
struct KitText {
    private let kit: Kit
    private let home: String

    init(_ kit: Kit, home: String) {
        self.kit = kit
        self.home = home
    }

    var page: String {
        ([
            "# Recovery kit of \(kit.stack)",
            "Written \(TimeText.stamp(kit.written)) by slipway \(SlipwayVersion.text), of release \(kit.release) on the "
                + "\(kit.engine.rawValue) engine. Keep it away from the machine it is about, and write it anew when stores change.",
        ] + warnings + [places, key, rebuild, withoutSlipway, needs] + gaps).joined(separator: "\n\n")
    }

    private var warnings: [String] {
        kit.warnings.isEmpty ? [] : [list(kit.warnings.map { "**Mend this:** \($0)" })]
    }

    private var places: String {
        let rows = kit.places.map { place in
            let subjects = place.subjects.isEmpty ? "-" : place.subjects.joined(separator: ", ")
            return "| \(place.store) | `\(place.address)` | \(place.vault ?? "none") | \(subjects) |"
        }
        let newest = kit.places.compactMap { place in
            place.configuration.map {
                "The newest configuration in \(place.store) is `\($0.set)`, of \(TimeText.stamp($0.captured)); its manifest has "
                    + "the digest `\($0.digest)`. `slipway rebuild --dry-run` shows which it finds."
            }
        }
        return
            ([
                "## Where the backups are",
                "| store | address | vault | sets of |\n|---|---|---|---|\n" + rows.joined(separator: "\n"),
            ] + newest).joined(separator: "\n\n")
    }

    private var key: String {
        let words = [
            "## The key",
            "Everything is sealed for the recipient `\(kit.recipient)`. Its identity opens all of it; nobody can do anything "
                + "without it.",
        ]
        guard let identity = kit.identity else {
            return
                (words + [
                    "It is in `\(home)/keys/vault.key` on the machine this page is about, and not on this page. A copy is kept at: "
                        + "______________________"
                ]).joined(separator: "\n\n")
        }
        return
            (words + [
                "**This page opens every backup: keep it as you keep keys.** Write the next line into a file of its own "
                    + "(`chmod 600 vault.key`):",
                "    \(identity.reveal())",
            ]).joined(separator: "\n\n")
    }

    private var rebuild: String {
        let commands = kit.places.filter(\.holdsConfiguration).map { place in
            "    slipway rebuild \(kit.stack) --vault \(ShellWord.quoted(place.address.description)) --identity vault.key"
        }
        let places = kit.places.filter(\.needsCredentials)
        let credentials =
            places.isEmpty
            ? []
            : [
                "The credentials of \(places.map(\.store.text).joined(separator: ", ")) come from the environment, and are not on "
                    + "this page: for a bucket `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or for each store its own, "
                    + (["`SLIPWAY_STORE_VAULT_...` for the vault that is named"]
                    + places.map { "`\($0.store.variablePrefix)_...`" }).joined(separator: ", ")
                    + ". Kept at: ______________________"
            ]
        return
            ([
                "## Rebuild",
                "On a machine with the programs below and an empty `SLIPWAY_HOME`; the machine that is lost must be off. It shows "
                    + "what it found, asks, and can be run again when it was cut short:",
                commands.isEmpty ? "    (no store holds a configuration)" : commands.joined(separator: "\n"),
                "A folder may be a copy at another path: name that.",
            ] + credentials).joined(separator: "\n\n")
    }

    private var withoutSlipway: String {
        """
        ## Without slipway

        Each vault holds `RESTORE.md` and `restore.sh`, which need only `sh`, `age` and `zstd`. With a copy of it at hand:

            sh restore.sh list
            sh restore.sh fetch SET FOLDER vault.key

        The configuration has the spec (`stack.yaml`), the sources (`source-*.tar`) and every secret (`secrets.json`); \
        `RESTORE.md` says what to do with the data.
        """
    }

    private var needs: String {
        let versions = kit.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let made =
            "The sets were last made by \(versions.joined(separator: ", ")): the same major version loads them, or a newer."
        return (["## What the machine needs", list(kit.programs)] + (versions.isEmpty ? [] : [made]))
            .joined(separator: "\n\n")
    }

    private var gaps: [String] {
        kit.gaps.isEmpty ? [] : ["## What does not come back\n\n" + list(kit.gaps.map { "\($0.service) \($0.text)" })]
    }

    private func list(_ lines: [String]) -> String { lines.map { "- \($0)" }.joined(separator: "\n") }
}
