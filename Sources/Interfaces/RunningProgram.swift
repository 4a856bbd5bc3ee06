import Basics

/// Starts programs whose output is too long to be held, or that serve for a while.
package protocol ProgramStarter: Sendable {
    /// Returns while the program runs. `timeout`, `outputLimit` and `input` of the command do not count here.
    /// - Parameter input: read as fast as the program reads; when it throws, the program is killed, so that what was cut
    ///   short is never taken for the whole. Nobody reads on from it once the program has ended.
    /// Throws `programMissing`, `engineFailed`, `interrupted`.
    func start(_ command: CommandLine, input: ByteStream?) async throws(ReportableError) -> any RunningProgram
}

extension ProgramStarter {
    package func start(_ command: CommandLine) async throws(ReportableError) -> any RunningProgram {
        try await start(command, input: nil)
    }
}

/// A program that was started. It is killed, with its process group, when nobody holds it any more, or when the task is
/// cancelled that reads its output.
package protocol RunningProgram: AnyObject, Sendable {
    var processID: Int { get }
    var isRunning: Bool { get }

    /// What it writes, and no faster than it is read. The end throws `engineFailed` with the program's last words when
    /// its status is not 0, what its input threw, and `interrupted` when it was killed by us.
    var output: ByteStream { get }

    /// Nothing to do when it has ended.
    func send(signal: Int32)

    func kill()

    /// Waits for its end, also in a cancelled task. `errorOutput` is the end of what it wrote there; its output belongs to
    /// whoever reads that, and must be read, or it may never end.
    func end() async -> CommandResult
}
