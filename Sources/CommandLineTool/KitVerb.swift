import ArgumentParser
import Basics
import Orchestration
import StackModel

#if canImport(Glibc)
    import Glibc
#endif

package struct KitVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "kit",
        abstract: "Write the page to keep offline: what a rebuild needs when this machine is gone.",
        discussion: """
            It says where the vaults are, whom they are sealed for, and the exact command. It holds no secret unless \
            --with-identity puts the identity on it; such a page opens every backup, and is written for its owner alone. \
            Write it anew after each change of the stores. Ends with exit code 1 when nothing could be rebuilt as things are.
            """
    )

    @OptionGroup var target: StackArgument

    @Flag(help: "Put the identity on the page: print it, and keep it where you keep keys.")
    var withIdentity = false

    @Option(help: "Write it to this file (mode 0600) instead of to standard output.")
    var out: String?

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let stack = try await target.deployed(in: session, dependencies.ledger)
        if withIdentity, out == nil { try Self.checkOutput() }
        let kit = try await KitReader(dependencies, try session.backups()).read(stack, withIdentity: withIdentity)
        for warning in kit.warnings { session.console.warn(warning) }
        let page = KitText(kit, home: try session.home()).page
        if let out { try Self.write(page, to: out) } else { session.console.result(page) }
        return kit.places.contains(where: \.holdsConfiguration) ? .done : .failed
    }

    /// In place of an older one, whose mode may have been another.
    private static func write(_ page: String, to path: String) throws(ReportableError) {
        let draft = Draft.name(for: path)
        do throws(SmallFile.Failure) {
            try SmallFile.write(page + "\n", to: draft, flags: O_EXCL, mode: 0o600)
        } catch {
            throw ReportableError(.fileFailed, "cannot write the kit to \(path): \(error)")
        }
        guard rename(draft, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(draft)
            throw ReportableError(.fileFailed, "cannot write the kit to \(path): \(reason)")
        }
    }

    /// What the shell has opened for us may be readable for everybody.
    private static func checkOutput() throws(ReportableError) {
        var status = stat()
        guard fstat(STDOUT_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0
        else { return }
        throw ReportableError(
            .usage,
            "others could read the file that standard output goes to, and this page opens every backup",
            hint: "Write it with --out FILE, which only its owner can read."
        )
    }
}
