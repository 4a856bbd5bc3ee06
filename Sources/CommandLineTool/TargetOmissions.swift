import Basics
import Manifests
import StackModel
import StackSpec

extension LoadedSpec {
    /// What a person wrote and files for the target cannot say, each by its key and place: warnings, which strictly are
    /// errors, and notes where there is nothing to mend.
    func omissions(for target: ManifestTarget) -> [Diagnostic] {
        guard let judged else { return [] }
        let omissions = StackManifests.omissions(of: judged, for: target).compactMap {
            unexpressed($0.path, $0.meaning, remedy: $0.remedy)
        }
        let unwatched = DormantKeys.unwatched(in: judged).compactMap {
            unexpressed($0, "without a prometheus nothing acts on it", remedy: "Add a service of kind prometheus.")
        }
        return omissions + unwatched
    }

    /// Strictly, with what `render --strict` would refuse, where files are all that comes of an environment.
    func refusingOmissions() -> LoadedSpec {
        guard isStrict, let judged, judged.engine != .process else { return self }
        return adding(omissions(for: ManifestTarget(judged.engine)))
    }
}
