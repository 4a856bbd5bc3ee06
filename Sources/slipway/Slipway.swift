import Basics
import CommandLineTool
import Controller
import FoundationEssentials
import Glibc
import HostAccess

/// The composition root: the only place where adapters are constructed and handed over.
@main
struct Slipway {
    static func main() async {
        // Secrets pass through this process: nothing it writes is for others to read.
        let callersMask = umask(0o077)
        signal(SIGPIPE, SIG_IGN)
        let variables = ProcessInfo.processInfo.environment
        let yard = Shipyard(variables: variables)
        let interruption = Interruption()
        let console = Console(variables: variables)
        let session = Session(
            console: console,
            variables: variables,
            callersMask: callersMask,
            home: { () throws(ReportableError) in try HomeDirectory(variables: variables).path },
            dependencies: { () throws(ReportableError) in try yard.dependencies() },
            backups: { () throws(ReportableError) in try yard.backups { console.note($0) } },
            control: { (host, port, log) async throws(ReportableError) in
                try await yard.controller(log).run(listener: LiveHTTPListener(), host: host, port: port)
            },
            leaveSignals: { interruption.disarm() }
        )
        let work = Task { await SlipwayCommand.run(Array(CommandLine.arguments.dropFirst()), in: session) }
        interruption.arm { work.cancel() }
        let status = await work.value
        interruption.disarm()
        exit(status.rawValue)
    }
}
