import Basics
import Glibc
import Interfaces
import StackModel

/// Asks a replica by a program that runs beside it: status 0 is ready. When it has ended or its time is over, whatever
/// is still there of it is killed: a check that leaves something behind each time would fill the machine. No thread waits
/// meanwhile, however many checks there are.
struct HealthCommand: Sendable {
    let words: [String]
    let beside: ProgramBeside
    let timeout: TimeSpan

    /// Never throws: that the program cannot be run is an answer too. A question whose task is cancelled ends at once.
    func ask() async -> ProbeAnswer {
        do throws(ReportableError) {
            return await answer(of: try await offPool { () throws(ReportableError) in try start() })
        } catch {
            return .notReady("\(name) cannot be run: \(error.message)")
        }
    }

    private var name: String {
        let text = words.joined(separator: " ")
        return "its check `\(text.count > 60 ? "\(text.prefix(59))…" : text)`"
    }

    private func start() throws(ReportableError) -> RunningCheck {
        let path = try beside.locate(words.first ?? "")
        return try RunningCheck(try beside.words(path, words.dropFirst()), in: beside.folder)
    }

    private func answer(of started: RunningCheck) async -> ProbeAnswer {
        var check = started
        let exit = await check.end(within: timeout, endingGroup: true)
        let said = LastWords(check.lines).clause
        guard let exit else { return .late("\(name) did not end within \(timeout)" + said) }
        return exit.code == 0 ? .ready : .notReady("\(name) \(exit.cause)" + said)
    }
}

extension ReplicaTemplate {
    /// The program of its health check must be there before anything is made; one that a reference names shows when it
    /// is asked for. Throws `programMissing`.
    func checkHealthProgram(source: String?, volume: String) throws(ReportableError) {
        guard let word = probe.texts.first, case .literal(let name)? = word.segments.first, word.segments.count == 1
        else { return }
        do throws(ReportableError) {
            _ = try Programs.locate(name, for: service, source: source, volume: volume)
        } catch {
            throw error.during("the health check of \(service)")
        }
    }
}
