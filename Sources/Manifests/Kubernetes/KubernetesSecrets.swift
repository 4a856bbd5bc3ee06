import Basics
import StackModel

/// What `secrets.sh` has to make for a cluster.
enum KubernetesSecrets {
    static func files(of stack: Stack, _ secrets: Set<SecretFile>) throws(ReportableError) -> [ManifestFile] { [] }
}
