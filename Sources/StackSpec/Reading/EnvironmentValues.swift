import Basics
import StackModel

/// The environment of a program as it was read.
struct WrittenEnvironment: Sendable {
    var values: [String: Template] = [:]
    /// The variables whose value comes, wholly or in part, from the caller's environment.
    var handedOn: [String] = []
}

extension ValueType where Value == WrittenEnvironment {
    /// The environment of a program.
    static var environment: ValueType {
        let value = ValueType<Template>.environmentValue
        let words = "a map from variables to texts"
        let shape = Shape.map(value.shape, keys: "^[A-Za-z_][A-Za-z0-9_.-]*$", words: words)
        return ValueType(shape: shape) { node, key, reading in
            guard let entries = node.entries else {
                let help = "Write one NAME: value per line, without dashes and equals signs."
                return reading.refuse(node, key, wanted: words, help: help)
            }
            var environment = WrittenEnvironment()
            for entry in entries where !entry.key.isFree {
                guard entry.key.isEnvironmentName else {
                    reading.findings.error(
                        "\(entry.key.abridged) is not the name of a variable",
                        at: entry.keyPlace,
                        help: EnvironmentRule.words
                    )
                    continue
                }
                let node = SpecNode(content: entry.value.content, place: entry.valuePlace)
                let mentionsBefore = reading.mentions.all.count
                let template = value.read(node, entry.key, reading)
                environment.values[entry.key] = template
                let isHandedOn = lookAtVariables(reading.mentions.all[mentionsBefore...], in: entry.key, reading)
                if isHandedOn {
                    environment.handedOn.append(entry.key)
                    refuseHandingOn(to: entry, reading)
                } else if let template, let sign = PlainCredential.sign(in: template, of: entry.key) {
                    reportCredential(in: entry, sign, reading)
                }
            }
            return environment
        }
    }

    /// `secrets.sh` of a rendered set asks for such a value under the same name, which has to be one for a shell.
    private static func refuseHandingOn(to entry: SpecNode.Entry, _ reading: Reading) {
        guard !entry.key.isVariableName else { return }
        reading.findings.error(
            "\(entry.key.abridged) takes its value from the caller's environment, which knows no such name",
            at: entry.valuePlace,
            help: "Declare `NAME: {kind: given}` under secrets, and write ${secret:NAME} here."
        )
    }

    /// What stands in a spec stands in every copy of it, in the ledger and in rendered files.
    private static func reportCredential(in entry: SpecNode.Entry, _ sign: PlainCredential.Sign, _ reading: Reading) {
        let secret = NameRule.repaired(entry.key) ?? "name"
        let variable = secret.uppercased().replacing("-", with: "_")
        reading.findings.exposed(
            "\(entry.key) holds a credential in clear, or what looks like one",
            at: entry.valuePlace,
            isCertain: sign == .certain,
            help:
                "Declare `\(secret): {kind: given}` under secrets, write ${secret:\(secret)} in place of the credential, "
                + "and give it as \(variable) in the environment or in `.env`."
        )
    }

    /// Whether a value takes anything from the caller's environment. Warns when that looks like a credential, which
    /// would lie open in the ledger.
    private static func lookAtVariables(_ mentions: ArraySlice<Mentions.Mention>, in key: String, _ reading: Reading)
        -> Bool
    {
        var isHandedOn = false
        for mention in mentions {
            guard case .variable(let variable) = mention.what else { continue }
            isHandedOn = true
            guard CredentialName.isLikely(variable) || CredentialName.isLikely(key) else { continue }
            let secret = NameRule.repaired(variable) ?? "name"
            reading.findings.warning(
                "\(key) takes the credential ${\(variable)} as plain text, which the ledger keeps as it is",
                at: mention.place,
                help:
                    "Declare `\(secret): {kind: given, from: \(variable)}` under secrets, and write ${secret:\(secret)} here."
            )
        }
        return isHandedOn
    }
}

/// What the variables of a program are called, in words.
enum EnvironmentRule {
    static let words = "Names of variables are made of letters, digits and underscores, and inside of dots and dashes."
}
