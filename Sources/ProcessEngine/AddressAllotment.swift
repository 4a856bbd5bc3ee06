import Basics
import StackModel

extension AllotmentBook {
    /// The address of every service of a stack that has one. Data services get a port of their own, once; another one
    /// when somebody else has taken it, which `isLost` tells.
    mutating func addresses(
        for stack: Stack,
        _ isFree: (Int) -> Bool,
        isLost: (ServiceName, Int) -> Bool = { _, _ in false }
    ) throws(ReportableError) -> AddressBook {
        var book: AddressBook = [:]
        for service in stack.services {
            book[service.name] = try address(of: service, in: stack, isFree, isLost)
        }
        self[stack.id].addresses = book
        return book
    }

    private mutating func address(
        of service: Service,
        in stack: Stack,
        _ isFree: (Int) -> Bool,
        _ isLost: (ServiceName, Int) -> Bool
    ) throws(ReportableError) -> Address? {
        switch service.kind {
        case .redis, .postgres, .prometheus, .grafana, .exporter, .alertmanager:
            if let port = self[stack.id].servicePorts[service.name], !isLost(service.name, port) {
                return Address(host: "127.0.0.1", port: port)
            }
            let port = try unusedPort(isFree)
            self[stack.id].servicePorts[service.name] = port
            return Address(host: "127.0.0.1", port: port)
        case .edge(let edge):
            return edge.clientAddress
        case .app(let app):
            // Behind an edge a service is where its edge is: the replicas come and go.
            for name in stack.edges(routingTo: service.name) {
                if case .edge(let edge) = stack.service(name)?.kind { return edge.clientAddress }
            }
            return app.port.map { Address(host: "127.0.0.1", port: $0) }
        }
    }
}

extension Edge {
    /// Where a client on this machine reaches it.
    fileprivate var clientAddress: Address {
        Address(host: ["0.0.0.0", "::", "*", ""].contains(address) ? "127.0.0.1" : address, port: listen)
    }
}

extension StackFolder {
    /// One of the service's replicas listens on the port, or one of any service where none is given.
    func listens(_ service: ServiceName? = nil, on port: Int, _ mounts: ControlGroupMounts) -> Bool {
        replicaIDs.contains { id in
            (service ?? id.service) == id.service
                && Ports.listened(by: ReplicaProcesses(folder: replica(id), mounts: mounts).all.map(\.id)).contains(
                    port
                )
        }
    }
}
