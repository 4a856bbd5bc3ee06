import Basics
import StackModel

/// What the process engine writes for each service, with its references as they are: ports, directories and secrets
/// are filled in by the engine of one machine.
enum ProcessFiles {
    static func files(of stack: Stack) throws(ReportableError) -> [ManifestFile] {
        throw ReportableError(.broken, "process is not rendered yet")
    }
}
