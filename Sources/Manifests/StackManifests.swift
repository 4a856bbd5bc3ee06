import Basics
import StackModel

/// The complete set of files that run a stack without Slipway. Pure: the same stack gives the same bytes everywhere,
/// and no file holds the value of a secret.
package enum StackManifests {
    /// The files in the order of their paths. Throws `invalidSpec` for what the target cannot do without, such as an
    /// app without an image.
    package static func files(
        of stack: Stack,
        for target: ManifestTarget
    ) throws(ReportableError) -> [ManifestFile] {
        let stack = stack.withCompanions()
        let files =
            switch target {
            case .compose: try ComposeManifests.files(of: stack) + [withoutSecrets]
            case .kubernetes: try KubernetesManifests.files(of: stack) + [withoutSecrets]
            case .process: try ProcessFiles.files(of: stack)
            }
        return files.sorted { $0.path < $1.path }
    }

    /// A set is made to be committed; what `secrets.sh` makes is not.
    private static let withoutSecrets = ManifestFile(".gitignore", "/secrets/\n/.env\n")

    /// What the stack declares and the target has no way to say.
    package static func omissions(of stack: Stack, for target: ManifestTarget) -> [Omission] {
        let stack = stack.withCompanions()
        return switch target {
        case .compose: ComposeManifests.omissions(of: stack)
        case .kubernetes: KubernetesManifests.omissions(of: stack)
        case .process: []
        }
    }
}
