import Manifests
import StackModel
import Testing

@Suite("Kubernetes: the manifest checklist")
struct KubernetesPolicyTests {
    @Test("every object keeps to every rule", arguments: KubernetesStacks.all.keys.sorted())
    func keepsToThePolicy(_ name: String) throws {
        let set = try KubernetesObjects(try #require(KubernetesStacks.all[name]))
        let findings = KubernetesPolicy.findings(in: set)
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
        #expect(!set.objects.isEmpty)
    }

    /// What no rule can know, because only the program itself reads it.
    private static let uncovered: [(field: String, reason: String)] = [
        ("containers.*.args.*", "what a program is told: a wrong word keeps it from starting"),
        ("jobTemplate.spec.template.spec.containers.*.command.*", "which script is run, by which shell"),
        ("Probe.exec.command.*", "a question to a program, in its words"),
        ("lifecycle.postStart.exec.command.*", "a script of ours, one word of it"),
        ("generatorOptions.labels.app.kubernetes.io/managed-by", "nothing selects by it"),
    ]

    @Test("the checklist notices when any one field is missing, but for the excused, each of which needs it")
    func noticesEveryField() throws {
        var (missed, excused): ([String], Set<String>) = ([], [])
        var count = 0
        for stack in [KubernetesStacks.everything, KubernetesStacks.bare] {
            for (path, set) in try KubernetesObjects(stack).mutations() {
                count += 1
                guard KubernetesPolicy.findings(in: set.changed).isEmpty else { continue }
                let field = path.map { Int($0) == nil ? $0 : "*" }.joined(separator: ".")
                let excuse = Self.uncovered.first { field.hasSuffix($0.field) }
                if let excuse { excused.insert(excuse.field) } else { missed.append("\(set.name): \(field)") }
            }
        }
        #expect(missed.isEmpty, "\(missed.count) of \(count): \(missed.joined(separator: "\n"))")
        #expect(excused == Set(Self.uncovered.map(\.field)))
        #expect(count > 4000)
    }
}

extension KubernetesObjects {
    /// This set again and again, each time without one field of one object, or of the kustomization.
    fileprivate func mutations() -> [(path: [String], set: (name: String, changed: KubernetesObjects))] {
        let inObjects = objects.indices.flatMap { index in
            objects[index].leaves.map { path in
                var changed = self
                // In front, since most changes are noticed there.
                let object = changed.objects.remove(at: index).removing(path)
                changed.objects.insert(object, at: 0)
                return (path, ("\(objects[index].kind) \(objects[index].name)", changed))
            }
        }
        return inObjects
            + kustomization.leaves.map { path in
                var changed = self
                changed.kustomization = kustomization.removing(path)
                return (path, ("Kustomization", changed))
            }
    }
}

extension ManifestValue {
    /// The way to every value that is neither a map nor a list with something in it.
    var leaves: [[String]] {
        switch self {
        case .map(let entries) where !entries.isEmpty:
            entries.flatMap { entry in entry.value.leaves.map { [entry.key] + $0 } }
        case .list(let values) where !values.isEmpty:
            values.enumerated().flatMap { index, value in value.leaves.map { ["\(index)"] + $0 } }
        default: [[]]
        }
    }

    func removing(_ path: [String]) -> ManifestValue { removing(path[...]) ?? self }

    private func removing(_ path: ArraySlice<String>) -> ManifestValue? {
        guard let step = path.first else { return nil }
        let rest = path.dropFirst()
        switch self {
        case .map(let entries):
            return .map(
                entries.compactMap { entry in
                    guard entry.key == step else { return entry }
                    return entry.value.removing(rest).map { Entry(entry.key, $0) }
                }
            )
        case .list(let values):
            return .list(values.enumerated().compactMap { "\($0)" == step ? $1.removing(rest) : $1 })
        default: return self
        }
    }
}
