import Basics
import StackModel

/// A kustomization with one file per object.
enum KubernetesManifests {
    static func files(of stack: Stack) throws(ReportableError) -> [ManifestFile] {
        throw ReportableError(.broken, "kubernetes is not rendered yet")
    }

    static func omissions(of stack: Stack) -> [Omission] { [] }
}
