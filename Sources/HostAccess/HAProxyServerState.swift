import Interfaces
import StackModel

/// The text of a server-state file (configuration manual, `server-state-file`; format version 1).
///
/// HAProxy takes a checked server for UP until its first check fails. The state file is the way to say otherwise:
/// with an operational state of 0 a server begins DOWN and gets no request before a check succeeded.
enum HAProxyServerState {
    /// Every server on the list is DOWN and not checked yet.
    static func unprobed(_ servers: [EdgeBackend]) -> String {
        text(servers.map(line))
    }

    /// The servers of the running HAProxy as they are, the others on the list unprobed.
    static func running(_ states: String, listed servers: [EdgeBackend]) -> String {
        let kept = states.split(separator: "\n").filter { !$0.hasPrefix("#") && $0.contains(" ") }.map(String.init)
        let known = Set(kept.map { key(ofLine: $0) })
        return text(kept + servers.filter { !known.contains(key(of: $0)) }.map(line))
    }

    private static let header = """
        1
        # be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight \
        srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state \
        bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr \
        srv_agent_addr srv_agent_port
        """

    private static func text(_ lines: [String]) -> String { ([header] + lines).joined(separator: "\n") + "\n" }

    /// Operational state 0, no administrative state, weight 1, a check (6: configured and enabled) without a result.
    private static func line(_ server: EdgeBackend) -> String {
        "1 \(server.replica.service) \(server.replica.number) \(server.replica) \(server.address.host)"
            + " 0 0 1 1 0 1 0 0 6 0 0 0 - \(server.address.port) - 0 0 - - 0"
    }

    private static func key(of server: EdgeBackend) -> String { "\(server.replica.service)/\(server.replica)" }

    private static func key(ofLine line: String) -> String {
        let words = line.split(separator: " ")
        return words.count > 3 ? "\(words[1])/\(words[3])" : line
    }
}
