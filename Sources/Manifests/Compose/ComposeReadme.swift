import StackModel

/// What a person needs to know who has these files and nothing else.
struct ComposeReadme {
    let stack: Stack
    /// The services that read secrets from files.
    let readers: [String]

    /// Of a stack that has its companions.
    static func file(_ stack: Stack, _ services: [ComposeService]) -> ManifestFile {
        let readers = services.filter { !$0.secrets.isEmpty }.map(\.service.name.text).sorted()
        let readme = ComposeReadme(stack: stack, readers: readers)
        return ManifestFile("README.md", readme.parts.joined(separator: "\n\n") + "\n")
    }

    private var parts: [String] { [start, secrets] + [pages, alerts].compactMap { $0 } + [data] }

    private var start: String {
        """
        # \(stack.name) as containers of one machine

        Written from the spec of the stack for the environment \(stack.environment): change that and render again, not these
        files. In this order, with Docker Compose 2 or docker-compose from 1.29 on:

            ./secrets.sh                    # makes what is missing below secrets/, and .env
            docker compose up --detach --remove-orphans

        After a change: the same two commands. `docker compose ps` says what is healthy, `docker compose logs NAME` what a
        service said last. What one machine needs beside this (another port, a folder in memory) belongs into a
        `compose.override.yaml`, which stays when this is rendered again.
        """
    }

    private var secrets: String {
        """
        ## Secrets

        `secrets/` and `.env` hold every secret in clear. They belong in no repository (`.gitignore` names them), in your
        backup, and in no image: where a Dockerfile copies a folder that this one is in, its `.dockerignore` needs the lines
        `**/secrets` and `**/.env`. A value that is there is never changed; for another one remove its file, then the two
        commands.\(anew)\(roles)\(certificate)
        """
    }

    /// Compose sees no change in a file.
    private var anew: String {
        guard !readers.isEmpty else { return "" }
        return """
             Who reads it from a file goes on with the old one until it is made anew:

                docker compose up --detach --force-recreate \(readers.joined(separator: " "))
            """
    }

    /// The image makes its roles at the first start and never again.
    private var roles: String {
        let commands = stack.services.compactMap { service -> String? in
            guard case .postgres = service.kind else { return nil }
            let script = "\(ComposePostgres.firstStart)/\(ComposePostgres.accountsFile)"
            return "    docker compose exec \(service.name) psql -U postgres -f \(script)"
        }
        guard !commands.isEmpty else { return "" }
        return "\n\nPostgres knows its old passwords even then. Once it runs again, tell it:\n\n"
            + commands.joined(separator: "\n")
    }

    private var certificate: String {
        let names = stack.services.compactMap { service -> String? in
            guard case .edge(let edge) = service.kind else { return nil }
            return edge.tls?.certificate.text
        }
        guard let name = names.first else { return "" }
        return "\n\n`secrets/\(name)` holds the certificate, its chain and its key, in PEM and in this order:\n"
            + "`cat fullchain.pem privkey.pem > secrets/\(name)`."
    }

    private var pages: String? {
        let commands = stack.services.compactMap { service -> String? in
            switch service.kind {
            case .prometheus: "    docker compose port \(service.name) 9090"
            case .grafana: "    docker compose port \(service.name) 3000"
            default: nil
            }
        }
        guard !commands.isEmpty else { return nil }
        return """
            ## Figures

            These are published on 127.0.0.1 alone, at a port that Docker chooses at each start:

            \(commands.joined(separator: "\n"))

            From elsewhere: `ssh -N -L 8000:127.0.0.1:PORT MACHINE`, then http://127.0.0.1:8000/.\(login)
            """
    }

    /// Nobody else can tell the first password.
    private var login: String {
        guard let grafana = stack.services.first(where: { if case .grafana = $0.kind { true } else { false } }),
            let password = try? ProcessManifests.administratorSecret(of: grafana.name, in: stack)
        else { return "" }
        return
            " Grafana takes `admin` and\nthe password in `secrets/\(password)`, which it reads at its first start only: change it"
            + " in Grafana from then on."
    }

    private var alerts: String? {
        guard let told = AlertsReadme(stack: stack).told else { return nil }
        let machine =
            stack.services.contains(where: \.watchesMachine)
            ? ""
            : "\n\nNobody here watches the machine: its disks, its memory, its load. A full disk stops Redis and Postgres. Watch\n"
                + "it with what watches your other machines."
        return "## Who is told of alerts\n\n\(told)\(machine)"
    }

    private var data: String {
        """
        ## Data

        What outlives containers is in volumes of Docker (`docker volume ls`). `docker compose down` keeps them, `down
        --volumes` deletes them for good. Nothing here backs them up.
        """
    }
}
