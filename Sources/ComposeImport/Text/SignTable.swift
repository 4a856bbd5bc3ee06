import StackModel

/// The references in the texts of a file. Each stands in its text as one sign of its own, so that the rest can be
/// searched, cut and compared like any other text; two equal references have one sign.
final class SignTable {
    enum Reference: Hashable {
        case variable(String, fallback: String?)
        case service(ServiceName, Template.AddressPart)
        case secret(SecretName, Template.SecretPart)
        /// A character that is none of ours, and would be taken for one.
        case character(Unicode.Scalar)
    }

    /// Why a text cannot be carried over.
    struct Refusal: Error {
        let reason: String
        var isMistake = false
    }

    /// From here on characters are signs; one that a file has itself, as fonts of icons do, gets a sign too.
    private static let first: UInt32 = 0xF0000
    private static let limit = 60_000
    private var signs: [Reference: Unicode.Scalar] = [:]
    private var references: [Unicode.Scalar: Reference] = [:]
    /// What variables are set to in the files beside this one. For comparing alone: it is written nowhere.
    var values: [String: String] = [:]

    func sign(for reference: Reference) -> String {
        if let sign = signs[reference] { return String(sign) }
        guard let sign = Unicode.Scalar(Self.first + UInt32(references.count)) else { return "" }
        (signs[reference], references[sign]) = (sign, reference)
        return String(sign)
    }

    func reference(_ sign: Unicode.Scalar) -> Reference? { sign.value < Self.first ? nil : references[sign] }

    /// The only thing in a text.
    func onlyReference(in text: String) -> Reference? {
        guard let first = text.unicodeScalars.first, text.unicodeScalars.count == 1 else { return nil }
        return reference(first)
    }

    /// Whether two texts are one: as they stand, by the same variable, or because one is a variable that is set to the
    /// other.
    func areSame(_ one: String, _ other: String) -> Bool {
        switch (onlyReference(in: one), onlyReference(in: other)) {
        case (.variable(let name, _)?, .variable(let same, _)?): name == same
        case (.variable(let name, let fallback)?, nil): (values[name] ?? fallback) == other
        case (nil, .variable(let name, let fallback)?): (values[name] ?? fallback) == one
        default: one == other
        }
    }

    func hasReference(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            switch reference(scalar) {
            case nil, .character: false
            case .variable, .service, .secret: true
            }
        }
    }

    /// The text as it is.
    func literal(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value >= Self.first }) else { return text }
        return text.unicodeScalars.map { $0.value < Self.first ? String($0) : sign(for: .character($0)) }.joined()
    }

    /// The text as Compose would have it with no variable set; nil when it needs one that has no default.
    func plain(_ text: String) -> String? {
        guard text.unicodeScalars.contains(where: { $0.value >= Self.first }) else { return text }
        var plain = ""
        for scalar in text.unicodeScalars {
            switch reference(scalar) {
            case nil: plain.unicodeScalars.append(scalar)
            case .variable(_, let fallback?): plain += fallback
            case .character(let own): plain.unicodeScalars.append(own)
            case .variable, .service, .secret: return nil
            }
        }
        return plain
    }

    /// The text as a spec writes it.
    func written(_ text: String) -> String {
        var written = ""
        var literal = ""
        for scalar in text.unicodeScalars {
            switch reference(scalar) {
            case nil: literal.unicodeScalars.append(scalar)
            case .character(let own): literal.unicodeScalars.append(own)
            case let reference?:
                written += Template(literal).source + Self.written(reference)
                literal = ""
            }
        }
        return written + Template(literal).source
    }

    private static func written(_ reference: Reference) -> String {
        switch reference {
        case .variable(let name, nil): "${\(name)}"
        case .variable(let name, let fallback?): "${\(name):-\(fallback)}"
        case .service(let name, let part): Template([.service(name, part)]).source
        case .secret(let name, let part): Template([.secret(name, part)]).source
        case .character(let own): String(own)
        }
    }

    /// The variables of a text.
    func variables(in text: String) -> [(name: String, fallback: String?)] {
        text.unicodeScalars.compactMap { scalar in
            guard case .variable(let name, let fallback)? = reference(scalar) else { return nil }
            return (name, fallback)
        }
    }

    /// The variables without a default that a written text refers to.
    func needed(in text: String) -> [String] {
        references.values.compactMap { reference in
            if case .variable(let name, nil) = reference, text.contains("${\(name)}") { name } else { nil }
        }.sorted()
    }

    // MARK: - Reading

    /// Reads a text as Compose does: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, `$$`.
    func read(_ raw: String) throws(Refusal) -> String {
        guard raw.utf8.contains(UInt8(ascii: "$")) else { return literal(raw) }
        guard references.count < Self.limit else { throw Refusal(reason: "the file has too many variables") }
        var text = ""
        var rest = raw.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "$" else {
                text += literal(String(scalar))
                continue
            }
            if rest.first == "$" {
                rest.removeFirst()
                text += "$"
            } else if rest.first == "{" {
                text += try braced(&rest)
            } else {
                let name = String(rest.prefix { Self.isWord($0) })
                guard Self.isVariable(name) else { throw Self.mistake }
                rest = rest.dropFirst(name.unicodeScalars.count)
                text += sign(for: .variable(name, fallback: nil))
            }
        }
        return text
    }

    private static let mistake = Refusal(
        reason: "its $ is neither a variable nor $$, which Compose reads as one dollar",
        isMistake: true
    )

    private func braced(_ rest: inout Substring.UnicodeScalarView) throws(Refusal) -> String {
        rest.removeFirst()
        let name = String(rest.prefix { Self.isWord($0) })
        guard Self.isVariable(name) else { throw Self.mistake }
        rest = rest.dropFirst(name.unicodeScalars.count)
        guard let end = rest.firstIndex(of: "}") else { throw Self.mistake }
        let body = String(rest[..<end])
        rest = rest[rest.index(after: end)...]
        if body.isEmpty { return sign(for: .variable(name, fallback: nil)) }
        let operation = body.hasPrefix(":") ? String(body.prefix(2)) : String(body.prefix(1))
        let argument = String(body.dropFirst(operation.count))
        guard !argument.contains("${") else {
            throw Refusal(reason: "a spec has no variable inside the default of another")
        }
        switch operation {
        case ":-", "-":
            guard !argument.contains("$") else { throw Refusal(reason: "the default of \(name) has a dollar in it") }
            return sign(for: .variable(name, fallback: argument))
        // A spec refuses an unset variable in any case.
        case ":?", "?": return sign(for: .variable(name, fallback: nil))
        case ":+", "+": throw Refusal(reason: "a spec has no ${\(name)\(operation)...}, a text for when \(name) is set")
        default: throw Self.mistake
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar == "_" || ("0"..."9").contains(scalar))
    }

    private static func isVariable(_ name: String) -> Bool {
        name.unicodeScalars.first.map { !("0"..."9").contains($0) } ?? false
    }
}
