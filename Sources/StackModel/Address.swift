/// Where a service is reached from inside the stack.
package struct Address: Hashable, Sendable, Codable, CustomStringConvertible {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// As it stands in a URL: an IPv6 address is put in brackets.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// The addresses of all services of a stack. An engine allots them once and remembers them.
package typealias AddressBook = [ServiceName: Address]
