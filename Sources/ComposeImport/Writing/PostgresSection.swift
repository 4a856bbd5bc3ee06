import Basics
import StackModel
import StackSpec

/// A Postgres of its own kind.
struct PostgresSection {
    let draft: Draft
    let translation: Translation

    private var signs: SignTable { translation.signs }

    func line() -> SpecLine {
        let data = DataSection(draft: draft, translation: translation)
        var own: [SpecLine] = []
        if let database = draft.database, database.name != translation.defaultDatabase {
            own.append(SpecLine("database", .text(signs.written(database.name))))
        }
        data.leaveVariables(but: Self.known, LeftOutReason("Slipway sets up the server itself"))
        data.leaveCommand("Slipway writes postgresql.conf, for the memory that the service has")
        data.leaveMounts(
            LeftOutReason(
                "Slipway sets up the server itself",
                "Let the app's migrations make what an initialisation script made."
            )
        )
        data.sayData("Take the old data over: `pg_dump` in the old container, `pg_restore` into the new one.")
        data.leavePorts(
            "From the machine: `slipway exec`, or a tunnel through `ssh -L` to the address that `slipway status` shows."
        )
        sayLogin(data)
        saySpecial(data)
        let usesImage = draft.image?.repository.contains("bitnami") != true
        return data.line(own, version: true, usesImage: usesImage)
    }

    static let known: Set = [
        "POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_USER_FILE", "PGDATA",
        "POSTGRESQL_DATABASE", "POSTGRESQL_USERNAME", "POSTGRESQL_PASSWORD", "POSTGRESQL_POSTGRES_PASSWORD",
    ]

    private func sayLogin(_ data: DataSection) {
        let keys = [
            "POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_USER",
            "POSTGRESQL_USERNAME",
        ]
        guard let variable = keys.compactMap({ draft.variable($0) }).first else { return }
        let account = translation.secrets.accounts.first { $0.service == draft.name }
        data.report.changed(
            "\(draft.path).environment.\(variable.key)",
            at: variable.location,
            "Slipway makes the passwords of \(draft.name)",
            help: account.map { "Apps log in with ${secret:\($0.name).user} and ${secret:\($0.name)}." }
                ?? "Declare a secret `{kind: postgres-role, service: \(draft.name)}` for each app that logs in."
        )
    }

    private func saySpecial(_ data: DataSection) {
        guard let image = draft.image, image.repository != "postgres" else { return }
        let place = draft.node.entry("image")?.valuePlace ?? draft.place
        if image.repository.contains("bitnami") {
            let help = "Its data folder has another form: take the data over with `pg_dump` and `pg_restore`."
            data.report.changed(
                "\(draft.path).image",
                at: place,
                "the official image takes the place of \(signs.written(image.text))",
                help: help
            )
        } else {
            data.report.changed(
                "\(draft.path).image",
                at: place,
                "kept for its extensions, which plain processes have only when they are installed on the machine",
                help:
                    "CREATE EXTENSION is for the administrator unless an extension is trusted: run it once with `slipway exec`."
            )
        }
    }

    /// The name of the database, in the file and in the spec.
    static func database(of draft: Draft, _ translation: Translation) -> (written: String, name: String) {
        let signs = translation.signs
        let named = draft.setting("POSTGRES_DB", "POSTGRESQL_DATABASE", signs: signs)
        let written = named?.text ?? draft.user(signs) ?? "postgres"
        if signs.hasReference(written) || isDatabase(written) { return (written, written) }
        let usual = translation.defaultDatabase
        let name = ReservedLogin.isReserved(database: usual) ? "app" : usual
        translation.report.changed(
            "\(draft.path).environment.POSTGRES_DB",
            at: named?.variable.location ?? translation.report.location(draft.place),
            "the database is called \(name): \(written.abridged) is no name for one in a spec"
        )
        return (written, name)
    }

    private static func isDatabase(_ name: String) -> Bool {
        let isWord = name.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 95 }
        return isWord && !name.isEmpty && name.utf8.count <= ReservedLogin.longestDatabase
            && name.utf8.first.map { !(48...57).contains($0) } == true
            && !ReservedLogin.isReserved(database: name)
    }
}
