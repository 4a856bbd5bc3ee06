/// What one app may reach outside of its stack, where everything else is denied.
package struct AppEgress: Hashable, Sendable, Codable {
    package struct Destination: Hashable, Sendable, Codable {
        /// `10.20.0.0/16`, `2001:db8::/32`.
        package var cidr: String
        /// Of TCP; every port of every protocol when empty.
        package var ports: [Int]

        package init(cidr: String, ports: [Int] = []) {
            self.cidr = cidr
            self.ports = ports
        }
    }

    package var app: ServiceName
    /// Every address that is of no private network.
    package var internet: Bool
    package var destinations: [Destination]

    package init(app: ServiceName, internet: Bool = false, destinations: [Destination] = []) {
        self.app = app
        self.internet = internet
        self.destinations = destinations
    }
}
