import Basics
import Glibc
import Interfaces
import StackModel

/// A program that was started beside a replica for nobody at a terminal, to check it for example, and the end of what it
/// says.
struct RunningCheck: Sendable {
    private static let limit = 4096

    private let process: pid_t
    /// A variable of all its processes, wherever they go.
    private let mark: String
    private let reader: Int32
    private var output: [UInt8] = []

    /// Throws `fileFailed`, `engineFailed`.
    init(_ words: [String], in folder: ReplicaFolder) throws(ReportableError) {
        let name = "\(getpid())-\(UInt64.random(in: .min ... .max))"
        let (reader, writer) = try Self.pipe("\(folder.path)/.check-\(name)")
        defer { Glibc.close(writer) }
        (self.reader, mark) = (reader, "SLIPWAY_CHECK=\(name)")
        do throws(ReportableError) {
            process = try ChildProcess.start(words, environment: [mark], output: writer)
        } catch {
            Glibc.close(reader)
            throw error
        }
    }

    /// One that no other program inherits, as one without a name could be in its first moment. Its reader never waits.
    private static func pipe(_ path: String) throws(ReportableError) -> (reader: Int32, writer: Int32) {
        try Disk.makePipe(path, owner: nil)
        defer { unlink(path) }
        let reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard reader >= 0 else { throw Disk.failure("open", path) }
        let writer = open(path, O_WRONLY | O_CLOEXEC)
        guard writer < 0 else { return (reader, writer) }
        let failure = Disk.failure("open", path)
        Glibc.close(reader)
        throw failure
    }

    var lines: [String] { String(decoding: output, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init) }

    /// Takes in what it has said, some megabytes at most: one that never stops is not listened to for ever.
    private mutating func listen() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        for _ in 0..<64 {
            let count = read(reader, &buffer, buffer.count)
            guard count > 0 else { return }
            output = (output + buffer[..<count]).suffix(Self.limit)
        }
    }

    /// How it ended; nil when it had to be killed, with all that it started, because its time was over or the task was
    /// cancelled. No thread waits meanwhile. Nobody waits for what a program leaves running in the background: its own end
    /// counts.
    ///
    /// - Parameter endingGroup: that goes with it. Whoever has left the group ends with the replica, whose control group it
    ///   is in.
    mutating func end(within time: TimeSpan, endingGroup: Bool) async -> ReplicaExit? {
        let deadline = ContinuousClock.now.advanced(by: time.duration)
        repeat {
            listen()
            if let exit = collect(endingGroup: endingGroup) {
                listen()
                close()
                return exit
            }
            try? await Task.sleep(for: .milliseconds(10))
        } while ContinuousClock.now < deadline && !Task.isCancelled
        let late = self
        // The work throws nothing.
        _ = try? await offPool { late.kill() }
        return nil
    }

    /// nil while it runs. Asked no more once it does not.
    private func collect(endingGroup: Bool) -> ReplicaExit? {
        var ended = siginfo_t()
        let hasAnswer = waitid(P_PID, id_t(process), &ended, WEXITED | WNOHANG | WNOWAIT) == 0
        if hasAnswer, ended.si_signo == 0 { return nil }
        // Until it is collected nobody else can have its number, nor a group of that number.
        if hasAnswer, endingGroup { Glibc.kill(-process, SIGKILL) }
        // Nobody else waits for it, so it is there to be collected; were it not, that would be no success.
        var status: Int32 = 0
        if waitpid(process, &status, 0) < 0 { status = 255 << 8 }
        let signal = Int(status & 0x7f)
        return ReplicaExit(
            at: WallClock.now,
            code: signal == 0 ? Int((status >> 8) & 0xff) : nil,
            signal: signal == 0 ? nil : signal,
            ranOutOfMemory: false
        )
    }

    private func close() { Glibc.close(reader) }

    /// Kills it with all that it started, also what left its session. Again, until nothing is left: what is being
    /// killed may have started more meanwhile. Blocks for a moment.
    private func kill() {
        for _ in 0..<50 {
            let table = ProcessTable()
            let members = Set(table.tree(of: Int(process)) + table.carrying(mark))
            if members.isEmpty { break }
            for member in members where ProcessEntry(member.id)?.startTicks == member.startTicks {
                Glibc.kill(pid_t(member.id), SIGKILL)
            }
            usleep(5000)
        }
        waitpid(process, nil, 0)
        close()
    }
}
