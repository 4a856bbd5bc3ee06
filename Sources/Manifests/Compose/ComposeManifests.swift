import Basics
import StackModel

/// A Compose project: `compose.yaml`, the configuration files it mounts, and the script that makes its secrets.
enum ComposeManifests {
    static func files(of stack: Stack) throws(ReportableError) -> [ManifestFile] {
        throw ReportableError(.broken, "compose is not rendered yet")
    }

    static func omissions(of stack: Stack) -> [Omission] { [] }
}
