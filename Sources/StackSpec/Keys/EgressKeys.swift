import StackModel

enum EgressKeys {
    static let internet = Key<Bool>(
        "internet",
        .boolean,
        default: "false",
        synonyms: ["world", "public"],
        "Every address that is of no private network, at every port."
    )
    static let to = Key<[AppEgress.Destination]>(
        "to",
        .list(of: .destination, what: "networks"),
        default: "none",
        synonyms: ["cidrs", "networks", "allow"],
        "Networks, private ones too."
    )

    static let table = KeyTable(
        title: "egress",
        meaning: "What one app may reach outside of the stack.",
        rules: [internet.rule, to.rule]
    )
}

enum DestinationKeys {
    static let cidr = Key<String>(
        "cidr",
        .cidr,
        isRequired: true,
        synonyms: ["network", "address", "ip", "ipBlock"],
        "The network, as in `10.20.0.0/16`; a single address is `10.20.0.7/32`."
    )
    static let ports = Key<[Int]>(
        "ports",
        .list(of: .port, what: "ports"),
        default: "every port",
        synonyms: ["port"],
        "The TCP ports."
    )

    static let table = KeyTable(title: "destination", meaning: "A network.", rules: [cidr.rule, ports.rule])
}

extension ValueType where Value == AppEgress {
    /// The name is filled in by the map it stands in.
    static var appEgress: ValueType {
        .table(EgressKeys.table) { fields in
            let internet = fields[EgressKeys.internet] ?? false
            let destinations = fields[EgressKeys.to] ?? []
            if !internet, destinations.isEmpty, fields.isClean {
                fields.findings.error(
                    "\(fields.label) is allowed nothing",
                    at: fields.place,
                    help: "Write `internet: true` or `to: [{cidr: ...}]`, or remove the app: nothing is the default."
                )
            }
            return AppEgress(app: "unnamed", internet: internet, destinations: destinations)
        }
    }
}

extension ValueType where Value == AppEgress.Destination {
    static var destination: ValueType {
        .table(DestinationKeys.table) { fields in
            let ports = fields[DestinationKeys.ports] ?? []
            return fields[DestinationKeys.cidr].map { AppEgress.Destination(cidr: $0, ports: ports) }
        }
    }
}

extension ValueType where Value == String {
    static var cidr: ValueType {
        text(
            "a network such as 10.20.0.0/16",
            pattern: "^[0-9a-fA-F.:]+/[0-9]{1,3}$",
            help: "A single address is written with /32, or /128 where it has colons."
        ) { CIDR.isGood($0) }
    }
}

/// Networks as Kubernetes takes them without a warning: no leading zeros, and nothing set behind the mask.
enum CIDR {
    static func isGood(_ text: String) -> Bool {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, let length = number(halves[1], at: 128) else { return false }
        guard let groups = halves[0].contains(":") ? six(halves[0]) : four(halves[0]) else { return false }
        let size = groups.count == 4 ? 8 : 16
        guard length <= groups.count * size else { return false }
        return groups.enumerated().allSatisfy { index, group in
            let kept = min(max(length - index * size, 0), size)
            return group & ((1 << (size - kept)) - 1) == 0
        }
    }

    private static func number(_ text: Substring, at most: Int) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }),
            text == "0" || !text.hasPrefix("0"), let number = Int(text), number <= most
        else { return nil }
        return number
    }

    private static func four(_ text: Substring) -> [Int]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { number($0, at: 255) }
        return parts.count == 4 && numbers.count == 4 ? numbers : nil
    }

    /// `::` stands for as many zeros as are missing.
    private static func six(_ text: Substring) -> [Int]? {
        guard let gap = text.firstRange(of: "::") else {
            let groups = hexadecimal(text)
            return groups?.count == 8 ? groups : nil
        }
        guard let before = hexadecimal(text[..<gap.lowerBound]), let after = hexadecimal(text[gap.upperBound...]),
            before.count + after.count < 8
        else { return nil }
        return before + Array(repeating: 0, count: 8 - before.count - after.count) + after
    }

    private static func hexadecimal(_ text: Substring) -> [Int]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let groups = parts.compactMap {
            $0.utf8.count <= 4 && $0.first != "+" && $0.first != "-" ? Int($0, radix: 16) : nil
        }
        return groups.count == parts.count ? groups : nil
    }
}
