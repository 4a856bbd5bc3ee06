import StackModel

/// Sections of a spec that are checked today and that no part of Slipway acts on yet.
package enum DormantKeys {
    /// As they are written; empty when the stack declares none of them.
    package static func names(in stack: Stack) -> [String] {
        var names: [String] = []
        if !stack.backups.isEmpty { names.append("backups") }
        if !stack.stores.isEmpty { names.append("stores") }
        // Where nobody measures what is promised, nobody could tell. An operator's Prometheus tells others.
        if stack.objectives != nil, !stack.isMeasured { names.append("slo") }
        if stack.contacts != nil, !stack.services.contains(where: \.isPrometheus) { names.append("contacts") }
        if stack.secrets.contains(where: { $0.rotate != nil }) { names.append("rotate") }
        return names
    }
}
