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
        ("jobTemplate.spec.template.spec.containers.*.command.*", "which script is run: seen by the acceptance run"),
        ("Probe.exec.command.*", "a question to a program, in its words"),
        ("lifecycle.postStart.exec.command.*", "a script of ours, run against a real Postgres"),
        ("generatorOptions.labels.app.kubernetes.io/managed-by", "nothing selects by it"),
        ("containers.*.env.*.name", "of the programs that are not the person's: what they understand"),
        ("containers.*.env.*.value", "as above"),
    ]

    @Test("the checklist notices when any one field is missing", arguments: ["everything", "bare"])
    func noticesEveryField(_ name: String) throws {
        let set = try KubernetesObjects(try #require(KubernetesStacks.all[name]))
        var missed: [String] = []
        var count = 0
        for (index, object) in set.objects.enumerated() {
            for path in object.leaves {
                count += 1
                var changed = set
                changed.objects[index] = object.removing(path)
                if changed.isUnsuspicious(at: index), !Self.isExcused(path) {
                    missed.append("\(object.kind) \(object.name): \(path.joined(separator: "."))")
                }
            }
        }
        #expect(missed.isEmpty, "\(missed.count) of \(count): \(missed.prefix(60).joined(separator: "\n"))")
    }

    @Test("every excuse is needed")
    func needsEveryExcuse() throws {
        let set = try KubernetesObjects(KubernetesStacks.everything)
        let paths = (set.objects + [set.kustomization]).flatMap(\.leaves)
        for excuse in Self.uncovered { #expect(paths.contains { Self.ends($0, in: excuse.field) }, "\(excuse)") }
    }

    private static func isExcused(_ path: [String]) -> Bool { uncovered.contains { ends(path, in: $0.field) } }

    private static func ends(_ path: [String], in field: String) -> Bool {
        path.map { Int($0) == nil ? $0 : "*" }.joined(separator: ".").hasSuffix(field)
    }
}

extension KubernetesObjects {
    /// The changed object first, since most changes are noticed there.
    fileprivate func isUnsuspicious(at index: Int) -> Bool {
        guard KubernetesPolicy.findings(objects[index], in: self).isEmpty else { return false }
        return KubernetesPolicy.findings(in: self).isEmpty
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
