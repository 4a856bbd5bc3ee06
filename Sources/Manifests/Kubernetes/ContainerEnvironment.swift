import Basics
import StackModel

/// The variables of a container. A text with secrets in it is put together by the kubelet: each secret is a variable
/// of its own in front, and the text refers to it as `$(NAME)`.
struct ContainerEnvironment {
    private(set) var secrets: Set<SecretFile> = []
    private var values: [(name: String, value: ManifestValue)] = []
    private let taken: Set<String>

    /// The values of the variables that are handed on are never written down: `secrets.sh` takes them over.
    init(
        _ variables: [String: Template],
        handedOn: [String],
        of service: Service,
        in stack: Stack
    ) throws(ReportableError) {
        taken = Set(variables.keys)
        for (name, template) in variables.sorted(by: { $0.key < $1.key }) {
            if handedOn.contains(name) {
                values.append((name, refer(to: SecretFile(handedOn: name, to: service.name))))
            } else {
                values.append((name, try value(of: template, of: service, in: stack)))
            }
        }
    }

    var entries: [ManifestValue] {
        let parts = secrets.sorted().filter { parted.contains($0) }.map { secret -> ManifestValue in
            ["name": "\(variable(of: secret))", "valueFrom": secret.reference]
        }
        return parts + values.map { ManifestValue.map([.init("name", .text($0.name))]).merging($0.value) }
    }

    /// The secrets that are a part of some text.
    private var parted: Set<SecretFile> = []

    private mutating func value(
        of template: Template,
        of service: Service,
        in stack: Stack
    ) throws(ReportableError) -> ManifestValue {
        if case .secret(let name, .value)? = template.segments.first, template.segments.count == 1 {
            return refer(to: SecretFile(name))
        }
        var used: Set<SecretFile> = []
        let text = try ContainerAddress.resolve(template, of: service, in: stack, literal: Self.escaped) {
            name,
            _ throws(ReportableError) in
            used.insert(SecretFile(name))
            return "$(\(variable(of: SecretFile(name))))"
        }
        secrets.formUnion(used)
        parted.formUnion(used)
        return ["value": .text(text)]
    }

    private mutating func refer(to secret: SecretFile) -> ManifestValue {
        secrets.insert(secret)
        return ["valueFrom": secret.reference]
    }

    /// A name that no variable of the spec has.
    private func variable(of secret: SecretFile) -> String {
        var name = "SECRET_" + secret.name.uppercased().replacing("-", with: "_").replacing(".", with: "_")
        while taken.contains(name) { name = "_" + name }
        return name
    }

    /// As the kubelet reads texts: `$(NAME)` is a reference, and a doubled dollar is a dollar. Every one is doubled,
    /// since a single one damages a letter that is not ASCII behind it.
    static func escaped(_ text: String) -> String { text.replacing("$", with: "$$") }
}
