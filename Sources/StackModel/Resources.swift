import Basics

package struct Resources: Hashable, Sendable, Codable {
    /// Thousandths of a core; when nil, no limit for a process, and that of `ContainerResources` for a container.
    package var cpu: MilliCores?
    /// The same when nil.
    package var memory: ByteCount?

    package init(cpu: MilliCores? = nil, memory: ByteCount? = nil) {
        self.cpu = cpu
        self.memory = memory
    }
}

/// A share of processor time: `500m` is half a core, `2` is two.
package struct MilliCores: TextCodable, Hashable, Comparable, Sendable {
    package let thousandths: Int

    package init(thousandths: Int) { self.thousandths = thousandths }

    package init?(_ text: String) {
        let digits = text.hasSuffix("m") ? text.dropLast() : text[...]
        guard let count = Int(digits), count > 0, count <= 1_000_000, digits.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        self.thousandths = text.hasSuffix("m") ? count : count * 1000
    }

    package var description: String { thousandths % 1000 == 0 ? "\(thousandths / 1000)" : "\(thousandths)m" }
    package static func < (left: Self, right: Self) -> Bool { left.thousandths < right.thousandths }
}
