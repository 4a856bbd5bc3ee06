import Basics

/// A validated name: `^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$`. It is safe in a path, a label, a host name and an argument.
package protocol Name: TextCodable, Hashable, Comparable, Sendable, CodingKeyRepresentable, ExpressibleByStringLiteral {
    var text: String { get }
    init(unchecked text: String)
}

extension Name {
    package init?(_ text: String) {
        guard isName(text) else { return nil }
        self.init(unchecked: text)
    }

    /// A name written in the code itself.
    /// - Precondition: the literal is a valid name.
    package init(stringLiteral text: String) {
        precondition(isName(text), "\(text) is not a name")
        self.init(unchecked: text)
    }

    package var description: String { text }
    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }

    package var codingKey: any CodingKey { NameKey(stringValue: text) }
    package init?(codingKey: some CodingKey) { self.init(codingKey.stringValue) }
}

private struct NameKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

private func isName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last, bytes.count <= 40 else { return false }
    func isWord(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
    return isWord(first) && isWord(last) && bytes.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") }
}

package struct StackName: Name {
    package let text: String
    package init(unchecked text: String) { self.text = text }
}

package struct EnvironmentName: Name {
    package let text: String
    package init(unchecked text: String) { self.text = text }
}

package struct ServiceName: Name {
    package let text: String
    package init(unchecked text: String) { self.text = text }
}

package struct SecretName: Name {
    package let text: String
    package init(unchecked text: String) { self.text = text }
}

package struct VolumeName: Name {
    package let text: String
    package init(unchecked text: String) { self.text = text }
}

package struct ContactName: Name {
    package let text: String
    package init(unchecked text: String) { self.text = text }
}

/// Data that was prepared beside the live data of a service, to take its place.
package struct RestorationName: Name {
    package let text: String
    package init(unchecked text: String) { self.text = text }
}

package struct StoreName: Name {
    package let text: String
    package init(unchecked text: String) { self.text = text }
}

/// What a deployed stack is known by: its name and the environment it runs in, written `shop/local`.
/// Two environments of one stack are two things with nothing in common but the file.
package struct StackID: TextCodable, Hashable, Comparable, Sendable {
    package let stack: StackName
    package let environment: EnvironmentName

    package init(_ stack: StackName, _ environment: EnvironmentName) {
        self.stack = stack
        self.environment = environment
    }

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let stack = StackName(String(parts[0])),
            let environment = EnvironmentName(String(parts[1]))
        else { return nil }
        self.init(stack, environment)
    }

    package var description: String { "\(stack)/\(environment)" }
    package static func < (left: StackID, right: StackID) -> Bool { left.description < right.description }
}

/// One replica of a service, written `api-3`. Numbers are small and are used again once they are free.
package struct ReplicaID: TextCodable, Hashable, Comparable, Sendable {
    package let service: ServiceName
    package let number: Int

    package init(_ service: ServiceName, _ number: Int) {
        self.service = service
        self.number = number
    }

    package init?(_ text: String) {
        guard let dash = text.lastIndex(of: "-"), let service = ServiceName(String(text[..<dash])),
            let number = Int(text[text.index(after: dash)...]), number > 0,
            // `api-+3` and `api-03` are no names: what is written of a replica is read back as it stands.
            text[text.index(after: dash)...] == "\(number)"
        else { return nil }
        self.init(service, number)
    }

    package var description: String { "\(service)-\(number)" }
    package static func < (left: ReplicaID, right: ReplicaID) -> Bool {
        (left.service, left.number) < (right.service, right.number)
    }
}

/// The name of a backup policy.
package struct PolicyName: Name {
    package let text: String
    package init(unchecked text: String) { self.text = text }
}
