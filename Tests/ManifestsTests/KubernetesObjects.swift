import Manifests
import StackModel
import Yams

/// What was rendered for a stack, read back by another reader of YAML than the writer.
struct KubernetesObjects {
    let stack: Stack
    var objects: [ManifestValue]
    var kustomization: ManifestValue { didSet { readGenerators() } }
    /// The files that the objects stand in.
    let files: Set<String>
    /// The groups of all files of rules, in their order.
    let ruleGroups: Set<ManifestValue>
    /// What the generators make: the name of each object with its keys.
    private(set) var configMaps: [String: Set<String>] = [:]
    private(set) var secrets: [String: Set<String>] = [:]

    init(_ stack: Stack) throws {
        self.stack = stack.withCompanions()
        var (objects, groups): ([ManifestValue], [ManifestValue]) = ([], [])
        var kustomization: ManifestValue = nil
        var files: Set<String> = []
        for file in try StackManifests.files(of: stack, for: .kubernetes) {
            if file.path.hasPrefix("prometheus/rules/") {
                groups += try Self.documents(of: file)[0]["groups"]?.elements ?? []
            } else if file.path == "kustomization.yaml" {
                kustomization = try Self.documents(of: file)[0]
            } else if Self.isObjects(file) {
                objects += try Self.documents(of: file)
                files.insert(file.path)
            }
        }
        (self.objects, self.files, ruleGroups) = (objects, files, Set(groups))
        self.kustomization = kustomization
        readGenerators()
    }

    private mutating func readGenerators() {
        configMaps = Self.generated(by: kustomization["configMapGenerator"])
        secrets = Self.generated(by: kustomization["secretGenerator"])
    }

    static func documents(of file: ManifestFile) throws -> [ManifestValue] {
        try Yams.load_all(yaml: file.content).map { value($0) }
    }

    private static func generated(by generators: ManifestValue?) -> [String: Set<String>] {
        var names: [String: Set<String>] = [:]
        for entry in generators?.elements ?? [] {
            let keys = entry["files"]?.elements.compactMap { $0.string?.split(separator: "=").first.map(String.init) }
            if let name = entry["name"]?.string { names[name] = Set(keys ?? []) }
        }
        return names
    }

    /// Objects stand in `.yaml`; what programs read in files of their own names.
    private static func isObjects(_ file: ManifestFile) -> Bool {
        file.path.hasSuffix(".yaml") && !file.path.contains("/provisioning/")
    }

    private static func value(_ any: Any?) -> ManifestValue {
        switch any {
        case let flag as Bool: .boolean(flag)
        case let number as Int: .integer(number)
        case let text as String: .text(text)
        case let list as [Any]: .list(list.map { value($0) })
        case let map as [String: Any]: .sorted(map.mapValues { value($0) })
        default: .text("not a value that is rendered")
        }
    }

    func all(_ kind: String) -> [ManifestValue] { objects.filter { $0.kind == kind } }

    func one(_ kind: String, _ name: String) -> ManifestValue? {
        objects.first { $0.kind == kind && $0.name == name }
    }

    /// Everything that has a pod, with the pod.
    var pods: [(owner: ManifestValue, template: ManifestValue)] {
        objects.compactMap { object in object.podTemplate.map { (object, $0) } }
    }
}

extension ManifestValue {
    var kind: String { self["kind"]?.string ?? "" }
    var name: String { self["metadata"]?["name"]?.string ?? "" }
    var string: String? { if case .text(let text) = self { text } else { nil } }
    var number: Int? { if case .integer(let number) = self { number } else { nil } }
    var flag: Bool? { if case .boolean(let flag) = self { flag } else { nil } }
    var elements: [ManifestValue] { if case .list(let values) = self { values } else { [] } }

    var podTemplate: ManifestValue? {
        switch kind {
        case "Deployment", "StatefulSet": at("spec.template").first ?? nil
        case "CronJob": at("spec.jobTemplate.spec.template").first ?? nil
        default: nil
        }
    }

    /// What stands at a path such as `spec.containers.*.name`: one value for each way through the lists, nil where a
    /// way does not lead on.
    func at(_ path: String) -> [ManifestValue?] { at(path.split(separator: ".")[...]) }

    private func at(_ steps: ArraySlice<Substring>) -> [ManifestValue?] {
        guard let step = steps.first else { return [self] }
        let rest = steps.dropFirst()
        if step == "*" {
            guard case .list(let values) = self else { return [nil] }
            return values.flatMap { $0.at(rest) }
        }
        return self[String(step)]?.at(rest) ?? [nil]
    }
}
