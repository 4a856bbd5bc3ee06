import Basics
import Manifests
import StackModel
import StackSpec

extension LoadedSpec {
    /// What a person wrote and files for the target cannot say, each by its key and place: warnings, and errors strictly.
    func omissions(for target: ManifestTarget) -> [Diagnostic] {
        guard let stack else { return [] }
        let omissions = StackManifests.omissions(of: stack, for: target).map { ($0.path, $0.meaning) }
        let unwatched = DormantKeys.unwatched(in: stack).map { ($0, "without a prometheus nothing acts on it") }
        return (omissions + unwatched).compactMap { path, meaning in unexpressed(path, meaning) }
    }

    /// Strictly, with what `render --strict` would refuse, where files are all that comes of an environment.
    func refusingOmissions() -> LoadedSpec {
        guard isStrict, let stack, stack.engine != .process else { return self }
        return adding(omissions(for: ManifestTarget(stack.engine)))
    }
}
