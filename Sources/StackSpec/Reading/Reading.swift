import Basics
import StackModel

/// What the readers share while one spec is read.
struct Reading {
    let findings: Findings
    /// What `${NAME}` means.
    let variables: [String: String]
    let mentions = Mentions()
    /// The service whose keys are being read.
    var owner: ServiceName?

    init(findings: Findings, variables: [String: String]) {
        self.findings = findings
        self.variables = variables
    }

    func owned(by service: ServiceName?) -> Reading {
        var copy = self
        copy.owner = service
        return copy
    }

    /// The text of a single value with its variables filled in; `nil` after the reason is reported.
    func text(of node: SpecNode, for key: String) -> String? {
        guard let scalar = scalar(node, for: key) else { return nil }
        guard scalar.text.contains("$") else { return scalar.text }
        let parts = Interpolation(reading: self, node: node).parts(of: scalar.text)
        guard let parts else { return nil }
        var text = ""
        for part in parts {
            guard case .literal(let literal) = part.segment else {
                findings.error(
                    "\(part.written) cannot be used in \(key)",
                    at: part.place,
                    help: "References to services, secrets, volumes and ports are for `env` and `command`."
                )
                return nil
            }
            text += literal
        }
        return text
    }

    /// A single value as it was written; `nil` after the reason is reported.
    func scalar(_ node: SpecNode, for key: String) -> SpecNode.Scalar? {
        switch node.content {
        case .scalar(let scalar): return scalar
        case .null:
            findings.error(
                "\(key) has no value",
                at: node.place,
                help: "Write a value after the colon, or remove \(key); an empty text is \"\"."
            )
        case .list, .map:
            findings.error("\(key) must be a single value, not \(node.word)", at: node.place)
        }
        return nil
    }

    /// Reports that a value is not what its key takes. Returns `nil` for the reader to return.
    func refuse<Value>(_ node: SpecNode, _ key: String, wanted: String, help: String? = nil) -> Value? {
        findings.error("\(key) must be \(wanted), not \(node.word)", at: node.place, help: help)
        return nil
    }
}

/// The names that a spec uses, with the place of each use, for the checks that come after reading.
final class Mentions {
    struct Mention {
        let what: What
        let place: Place
        /// The service in whose keys it stands.
        let owner: ServiceName?
    }

    enum What: Equatable {
        case address(ServiceName)
        case dependency(ServiceName)
        case route(ServiceName)
        case subject(ServiceName)
        case account(ServiceName, SecretDeclaration.Kind)
        case secret(SecretName, Template.SecretPart)
        case volume(VolumeName)
        case ownPort
        case store(StoreName)
        /// A variable of the caller's environment whose value was put in.
        case variable(String)
    }

    private(set) var all: [Mention] = []

    func add(_ what: What, at place: Place, owner: ServiceName? = nil) {
        all.append(Mention(what: what, place: place, owner: owner))
    }
}
