import Basics
import StackModel

/// Reads the references in a text: `${NAME}`, `${NAME:-default}`, `${port}`, `${host}`, `${service:NAME}`,
/// `${secret:NAME}`, `${volume:NAME}`, and `$$` for one dollar. Variables are filled in at once, everything else stays a reference.
struct Interpolation {
    struct Part {
        let segment: Template.Segment
        /// As it stands in the text.
        let written: String
        let place: Place
    }

    let reading: Reading
    let node: SpecNode

    /// All parts in order, or `nil` after every bad reference is reported.
    func parts(of text: String) -> [Part]? {
        var parts: [Part] = []
        var literal = ""
        var isGood = true
        var rest = text[...]
        while isGood || reading.findings.errorCount < 100, let dollar = rest.firstIndex(of: "$") {
            literal += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$$") {
                literal += "$"
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("${") {
                guard let part = reference(&rest, in: text) else {
                    isGood = false
                    continue
                }
                if case .literal(let value) = part.segment {
                    literal += value
                } else {
                    append(&literal, to: &parts)
                    parts.append(part)
                }
            } else {
                literal += "$"
                rest = rest.dropFirst()
            }
        }
        literal += rest
        append(&literal, to: &parts)
        return isGood ? parts : nil
    }

    private func append(_ literal: inout String, to parts: inout [Part]) {
        if !literal.isEmpty { parts.append(Part(segment: .literal(literal), written: literal, place: node.place)) }
        literal = ""
    }

    /// Takes one reference off the front of `rest`.
    private func reference(_ rest: inout Substring, in text: String) -> Part? {
        guard let end = rest.firstIndex(of: "}") else {
            let place = place(of: String(rest), in: text)
            reading.findings.error(
                "${ is never closed",
                at: place,
                help: "Add the closing brace, or write $${ for the text ${."
            )
            rest = ""
            return nil
        }
        let written = String(rest[...end])
        let body = String(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
        rest = rest[rest.index(after: end)...]
        let place = place(of: written, in: text)
        return segment(body, written: written, at: place).map { Part(segment: $0, written: written, place: place) }
    }

    private func segment(_ body: String, written: String, at place: Place) -> Template.Segment? {
        if body == "port" { return .port }
        if body == "host" { return .host }
        guard let colon = body.firstIndex(of: ":"), !body[colon...].hasPrefix(":-") else {
            return variable(body, at: place).map { .literal($0) }
        }
        let target = String(body[body.index(after: colon)...])
        switch body[..<colon] {
        case "service": return service(target, written: written, at: place)
        case "secret": return secret(target, written: written, at: place)
        case "volume":
            let name: VolumeName? = target.checked(written, "volume", at: place, reading)
            return name.map { .mount($0) }
        default: return unknown(body, at: place)
        }
    }

    private func service(_ target: String, written: String, at place: Place) -> Template.Segment? {
        let (name, part) = Self.split(target)
        guard let service: ServiceName = name.checked(written, "service", at: place, reading) else { return nil }
        guard let part else { return .service(service, .hostAndPort) }
        guard part == "host" || part == "port", let part = Template.AddressPart(rawValue: part) else {
            return badPart(part, of: written, known: ["host", "port"], at: place)
        }
        return .service(service, part)
    }

    private func secret(_ target: String, written: String, at place: Place) -> Template.Segment? {
        let (name, part) = Self.split(target)
        guard let secret: SecretName = name.checked(written, "secret", at: place, reading) else { return nil }
        guard let part else { return .secret(secret, .value) }
        guard part == "user" else { return badPart(part, of: written, known: ["user"], at: place) }
        return .secret(secret, .user)
    }

    private func badPart(_ part: String, of written: String, known: [String], at place: Place) -> Template.Segment? {
        reading.findings.error(
            "\(written) has an unknown part .\(part)",
            at: place,
            help: Spelling.suggestion(for: part, among: known, format: { ".\($0)" })
                ?? "Known is \(known.map { ".\($0)" }.joined(separator: " and "))."
        )
        return nil
    }

    private func unknown(_ body: String, at place: Place) -> Template.Segment? {
        let word = String(body.prefix { $0 != ":" })
        let near = Spelling.nearest(to: word, among: ["service", "secret", "volume"])
        reading.findings.error(
            "${\(body)} is not a reference",
            at: place,
            help: near.map { "Did you mean ${\($0)\(body.dropFirst(word.count))}?" } ?? Self.forms
        )
        return nil
    }

    private func variable(_ body: String, at place: Place) -> String? {
        let name = String(body.prefix { $0 != ":" })
        guard name.isVariableName else { return unknownForm(body, at: place) }
        if let value = reading.variables[name], !value.isEmpty {
            reading.mentions.add(.variable(name), at: place, owner: reading.owner)
            return value
        }
        if let range = body.firstRange(of: ":-") { return String(body[range.upperBound...]) }
        let state = reading.variables[name] == nil ? "not set" : "set, but empty"
        let near = Spelling.nearest(to: name, among: reading.variables.keys.filter { $0 != name }.sorted())
        reading.findings.error(
            "variable \(name) is \(state)",
            at: place,
            help: near.map { "Did you mean ${\($0)}?" }
                ?? "Set it in the environment or in .env, or write ${\(name):-default}."
        )
        return nil
    }

    private func unknownForm(_ body: String, at place: Place) -> String? {
        reading.findings.error("${\(body.abridged)} is not a reference", at: place, help: Self.forms)
        return nil
    }

    private static let forms =
        "The forms are ${NAME}, ${NAME:-default}, ${port}, ${host}, ${service:NAME}, ${secret:NAME} and ${volume:NAME}; "
        + "$$ is one dollar."

    private static func split(_ target: String) -> (name: String, part: String?) {
        guard let dot = target.firstIndex(of: ".") else { return (target, nil) }
        return (String(target[..<dot]), String(target[target.index(after: dot)...]))
    }

    private func place(of written: String, in text: String) -> Place {
        let lines = text.reduce(into: 1) { if $1 == "\n" { $0 += 1 } }
        return reading.findings.source?.place(of: written, from: node.place, extraLines: lines) ?? node.place
    }
}

extension String {
    var isVariableName: Bool {
        guard let first = utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        return utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
    }

    /// What a program's environment may hold beside the names that a shell knows: `spring.datasource.url`.
    package var isEnvironmentName: Bool {
        replacing("-", with: "_").replacing(".", with: "_").isVariableName
            && utf8.first.map { $0 != 45 && $0 != 46 } == true
    }

    /// The name inside a reference, or `nil` after it is reported.
    fileprivate func checked<Value: Name>(_ written: String, _ word: String, at place: Place, _ reading: Reading)
        -> Value?
    {
        if let name = Value(self) { return name }
        reading.findings.error(
            isEmpty ? "\(written) names no \(word)" : "\(written) does not name a \(word): \(abridged) is not a name",
            at: place,
            help: NameRule.words
        )
        return nil
    }
}

/// What names look like, in words.
enum NameRule {
    static let words = "Names are made of lower-case letters, digits and inner dashes, at most 40 characters."
    static let pattern = "^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$"

    /// The name that was probably meant.
    static func repaired(_ text: String) -> String? {
        let words = text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let name = words.joined(separator: "-")
        return StackName(name) == nil ? nil : name
    }
}
