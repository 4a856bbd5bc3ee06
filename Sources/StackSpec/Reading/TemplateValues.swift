import Basics
import StackModel

extension ValueType where Value == Template {
    /// A text with references for the environment of a program.
    static var environmentValue: ValueType {
        let words = "a text, a number, `true` or `false`"
        return ValueType(shape: .either(.text(pattern: nil, words: words), .boolean)) { node, key, reading in
            if node.isNull {
                reading.findings.error(
                    "\(key) has no value",
                    at: node.place,
                    help: "Write \(key): \"\" for an empty text, or ${\(key)} to hand on the caller's."
                )
                return nil
            }
            guard let scalar = reading.scalar(node, for: key) else { return nil }
            warnOfBoolean(scalar, key, at: node.place, reading)
            return template(scalar.text, of: node, reading)
        }
    }

    /// A text with references for the arguments of a program, which everyone on the machine can read.
    static var argument: ValueType {
        ValueType(shape: .either(.text(pattern: nil, words: "a text or a number"), .boolean)) { node, key, reading in
            guard let scalar = reading.scalar(node, for: key),
                let template = template(scalar.text, of: node, reading, isSecret: reportSecret(reading))
            else { return nil }
            if PlainCredential.isIn(argument: template) { reportCredential(key, at: node.place, reading) }
            return template
        }
    }

    private static func reportSecret(_ reading: Reading) -> (Interpolation.Part, SecretName) -> Void {
        { part, secret in
            let variable = secret.text.uppercased().replacing("-", with: "_")
            reading.findings.error(
                "\(part.written) must not be used in command: every user of the machine can read arguments",
                at: part.place,
                help: "Put it into env, as \(variable): \(part.written), and read it from there."
            )
        }
    }

    fileprivate static func reportCredential(_ key: String, at place: Place, _ reading: Reading) {
        reading.findings.exposed(
            "\(key) holds a credential in clear, or what looks like one: every user of the machine can read arguments",
            at: place,
            isCertain: true,
            help: "Declare `name: {kind: given}` under secrets, put ${secret:name} into env, and read it from there."
        )
    }

    private static func template(
        _ text: String,
        of node: SpecNode,
        _ reading: Reading,
        isSecret report: ((Interpolation.Part, SecretName) -> Void)? = nil
    ) -> Template? {
        guard text.contains("$") else { return Template(text) }
        guard let parts = Interpolation(reading: reading, node: node).parts(of: text) else { return nil }
        for part in parts {
            switch part.segment {
            case .port: reading.mentions.add(.ownPort, at: part.place, owner: reading.owner)
            case .service(let name, _): reading.mentions.add(.address(name), at: part.place, owner: reading.owner)
            case .secret(let name, let which):
                report?(part, name)
                reading.mentions.add(.secret(name, which), at: part.place, owner: reading.owner)
            case .mount(let name): reading.mentions.add(.volume(name), at: part.place, owner: reading.owner)
            case .literal, .host, .directory, .volume, .targets: break
            }
        }
        return Template(parts.map(\.segment))
    }

    private static func warnOfBoolean(_ scalar: SpecNode.Scalar, _ key: String, at place: Place, _ reading: Reading) {
        guard !scalar.isQuoted, Booleans.meaning(of: scalar.text) != nil, scalar.text.count > 1,
            scalar.text != "true", scalar.text != "false"
        else { return }
        reading.findings.warning(
            "\(key) is the text \(scalar.text) here, and true or false to other readers of YAML",
            at: place,
            help: "Quote it: \"\(scalar.text)\"."
        )
    }
}

extension ValueType where Value == [Template] {
    /// A program and its arguments.
    static var command: ValueType {
        let texts = ValueType.list(of: .argument, what: "texts")
        return ValueType(shape: texts.shape) { node, key, reading in
            guard let arguments = texts.read(node, key, reading) else { return nil }
            guard let elements = node.elements, elements.count == arguments.count else { return arguments }
            for index in PlainCredential.behindOptions(in: arguments) {
                ValueType<Template>.reportCredential(key, at: elements[index].place, reading)
            }
            return arguments
        }
    }
}
