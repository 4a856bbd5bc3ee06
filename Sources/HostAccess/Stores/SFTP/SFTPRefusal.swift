import Basics

/// What `ssh` says when it does not get to a server.
struct SFTPRefusal {
    let error: ReportableError
    /// Trying again does not help.
    let isFinal: Bool

    init(_ failure: ReportableError, at place: SFTPPlace) {
        guard failure.code != .interrupted, failure.code != .programMissing else {
            (error, isFinal) = (failure, true)
            return
        }
        let said = failure.details.joined(separator: "\n")
        let reason = Self.reason(said, place)
        isFinal = reason?.isFinal ?? false
        error = ReportableError(
            .storeFailed,
            "\(place.title) cannot be reached: \(reason?.why ?? failure.message)",
            hint: reason?.hint,
            details: failure.details
        )
    }

    private struct Reason {
        let why: String
        let hint: String
        var isFinal = true
    }

    private static func reason(_ said: String, _ place: SFTPPlace) -> Reason? {
        if said.contains("IDENTIFICATION HAS CHANGED") {
            return Reason(
                why: "it is not the server that \(place.knownHostsFile) knows",
                hint: "Its key has changed, or somebody stands in between: ask who runs it, and only then replace its "
                    + "line in \(place.knownHostsFile)."
            )
        }
        if said.contains("Host key verification failed") || said.contains("key is known for") {
            return Reason(
                why: "nothing says that it is the right server: \(place.knownHostsFile) has no key of it",
                hint: "Run `ssh-keyscan -p \(place.port) \(place.host) >>\(place.knownHostsFile)`, and compare "
                    + "`ssh-keygen -lf \(place.knownHostsFile)` with what those who run it tell you."
            )
        }
        if said.contains("UNPROTECTED PRIVATE KEY") || said.contains("bad permissions") {
            return Reason(
                why: "others can read the key \(place.keyFile)",
                hint: "Run `chmod 0600 \(place.keyFile)`."
            )
        }
        if said.contains("Permission denied") || said.contains("Too many authentication failures") {
            return Reason(
                why: "it does not let \(place.user) in with the key \(place.keyFile)",
                hint: "The line of \(place.keyFile).pub belongs into ~/.ssh/authorized_keys of \(place.user) there. "
                    + "The key must have no passphrase."
            )
        }
        if said.contains("subsystem request failed") {
            return Reason(why: "it offers no SFTP", hint: "Its sshd needs `Subsystem sftp internal-sftp`.")
        }
        if said.contains("Could not resolve hostname") {
            return Reason(
                why: "there is no host \(place.host)",
                hint: "Check the name, and the name server of this machine.",
                isFinal: false
            )
        }
        return nil
    }
}
