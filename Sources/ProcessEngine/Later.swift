import Basics
import Interfaces
import StackModel

extension ProcessEngine {
    package func digest(ofSource directory: String) async throws(ReportableError) -> Digest { throw later }
    package func preflight(_ template: ReplicaTemplate, in stack: StackID) async throws(ReportableError) -> [String] {
        []
    }
    package func logs(_ stack: StackID, _ query: LogQuery) -> AsyncThrowingStream<LogLine, any Error> {
        AsyncThrowingStream { $0.finish() }
    }
    package func execute(_ command: [String], in replica: ReplicaID, of stack: StackID, with inputs: StepInputs)
        async throws(ReportableError) -> Int32
    { throw later }
    func storeSource(_ s: ServiceName, _ d: Digest, in stack: StackFolder, _ i: StepInputs)
        async throws(ReportableError)
    {
        throw later
    }
    func prepareVolume(_ s: ServiceName, in stack: StackFolder, _ i: StepInputs) async throws(ReportableError) {
        throw later
    }
    func reconfigure(_ f: ReplicaFolder, _ t: ReplicaTemplate, _ i: StepInputs) async throws(ReportableError) {
        throw later
    }
    func admit(_ f: ReplicaFolder) async throws(ReportableError) { throw later }
    func drain(_ f: ReplicaFolder, _ deadline: TimeSpan, _ i: StepInputs) async throws(ReportableError) { throw later }
    func confirm(_ ids: [ReplicaID], _ span: TimeSpan, in stack: StackFolder, _ i: StepInputs)
        async throws(ReportableError)
    {
        throw later
    }
    func removeVolume(_ s: ServiceName, in stack: StackFolder) async throws(ReportableError) { throw later }
    func removeStack(_ stack: StackFolder) async throws(ReportableError) { throw later }
    var later: ReportableError { ReportableError(.broken, "not yet") }
}
