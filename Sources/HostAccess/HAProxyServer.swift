import Interfaces
import StackModel

/// A server as a running HAProxy has it: `show servers state` joined with `show stat`.
struct HAProxyServer: Sendable {
    /// Bits of `srv_admin_state` (management guide, section 9.3).
    private static let maintenanceBits = 0x01 | 0x02 | 0x04 | 0x20
    private static let drainBits = 0x08 | 0x10

    let backend: String
    let name: String
    let address: Address
    let operationalState: Int
    let adminState: Int
    /// Requests it is working on. Idle connections that wait to be used again do not count.
    let current: Int
    let queued: Int
    /// `L7OK`, `L4CON`, ...; `INI` before the first check ended.
    let checkStatus: String
    let checkWords: String

    var isInMaintenance: Bool { adminState & Self.maintenanceBits != 0 }
    var isDraining: Bool { !isInMaintenance && adminState & Self.drainBits != 0 }
    var isReady: Bool { !isInMaintenance && !isDraining }
    /// The last check succeeded and the balancer took notice.
    var isProbed: Bool { operationalState != 0 && ["L4OK", "L6OK", "L7OK", "L7OKC"].contains(checkStatus) }
    var inFlight: Int { current + queued }

    /// Nil for a server that is none of ours.
    var replica: ReplicaID? {
        guard let replica = ReplicaID(name), replica.service.text == backend else { return nil }
        return replica
    }

    var traffic: ObservedReplica.Traffic {
        isInMaintenance ? .none : isDraining ? .draining : .admitted
    }

    /// Both answers have one line per server and name their columns, by which they are read.
    static func parse(states: String, statistics: String) -> [HAProxyServer] {
        let figures = Dictionary(
            HAProxyTable(statistics, separator: ",").rows.map { ("\($0["pxname"])/\($0["svname"])", $0) },
            uniquingKeysWith: { first, _ in first }
        )
        return HAProxyTable(states, separator: " ").rows.compactMap { row in
            guard let port = Int(row["srv_port"]), let operational = Int(row["srv_op_state"]),
                let admin = Int(row["srv_admin_state"])
            else { return nil }
            let figure = figures["\(row["be_name"])/\(row["srv_name"])"]
            return HAProxyServer(
                backend: row["be_name"],
                name: row["srv_name"],
                address: Address(host: row["srv_addr"], port: port),
                operationalState: operational,
                adminState: admin,
                current: figure?.number("scur") ?? 0,
                queued: figure?.number("qcur") ?? 0,
                checkStatus: finished(figure?["check_status"] ?? "INI"),
                checkWords: words(figure)
            )
        }
    }

    /// A check in progress is shown as `* ` before the status of the one before it.
    private static func finished(_ status: String) -> String {
        status.hasPrefix("* ") ? String(status.dropFirst(2)) : status
    }

    private static func words(_ figure: HAProxyTable.Row?) -> String {
        guard let figure else { return "not checked yet" }
        return ["check_status", "check_code", "check_desc", "last_chk"].map { figure[$0] }.filter { !$0.isEmpty }
            .joined(separator: ", ")
    }
}

/// One of HAProxy's answers in columns, named by the line that begins with `#`.
struct HAProxyTable {
    struct Row {
        fileprivate let columns: [String: Int]
        fileprivate let values: [String]

        /// Empty when there is no such column.
        subscript(column: String) -> String {
            guard let index = columns[column], index < values.count else { return "" }
            return values[index]
        }

        func number(_ column: String) -> Int? { Int(self[column]) }
    }

    let rows: [Row]

    init(_ text: String, separator: Character) {
        var columns: [String: Int] = [:]
        var rows: [Row] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# ") {
                let names = line.dropFirst(2).split(separator: separator, omittingEmptySubsequences: false)
                columns = Dictionary(
                    names.enumerated().map { (String($1), $0) },
                    uniquingKeysWith: { first, _ in first }
                )
                continue
            }
            let values = line.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
            if values.count > 1 { rows.append(Row(columns: columns, values: values)) }
        }
        self.rows = rows
    }
}
