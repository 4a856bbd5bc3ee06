import Basics
import StackModel
import StackSpec

/// Whom each service waits for.
extension Translation {
    func dependsOn(_ draft: Draft) -> SpecLine? {
        guard !draft.dependsOn.isEmpty else { return nil }
        return SpecLine("dependsOn", .list(draft.dependsOn.map { .text($0.name.text) }))
    }

    func settleDependencies() {
        for draft in drafts {
            for key in draft.dependencies { add(key, to: draft) }
        }
    }

    private func add(_ key: String, to draft: Draft) {
        let place = draft.node.entry("depends_on")?.keyPlace ?? draft.node.entry("links")?.keyPlace ?? draft.place
        let path = "\(draft.path).depends_on (\(key.abridged))"
        guard let service = directory[key] else {
            let help = Spelling.suggestion(for: key, among: drafts.map(\.key))
            return report.leftOut(path, at: place, "the file has no such service", help: help)
        }
        if draft.role == .edge { return }
        guard !draft.dependsOn.contains(where: { $0 === service }) else { return }
        switch service.role {
        case .companion, .machineWatcher: break
        case .edge: report.leftOut(path, at: place, "an edge waits for nobody, and nobody for it")
        default:
            guard !waits(service, for: draft) else {
                return report.leftOut(path, at: place, "the two would wait for each other, in a circle")
            }
            draft.dependsOn.append(service)
        }
    }

    /// Also in a roundabout way.
    private func waits(_ service: Draft, for other: Draft) -> Bool {
        var seen: Set<ObjectIdentifier> = []
        var next = [service]
        while let draft = next.popLast() {
            if draft === other { return true }
            if seen.insert(ObjectIdentifier(draft)).inserted { next += draft.dependsOn }
        }
        return false
    }
}
