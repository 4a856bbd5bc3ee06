import StackModel

/// What only the whole spec can tell: whether names lead somewhere, and whether what is asked for is possible.
struct StackChecks {
    let stack: Stack
    let root: SpecNode
    let mentions: Mentions
    let findings: Findings

    func run() {
        NameChecks(stack: stack, root: root, mentions: mentions, findings: findings).run()
        LoginChecks(stack: stack, root: root, findings: findings).run()
        DependencyChecks(stack: stack, root: root, findings: findings).run()
        PortChecks(stack: stack, root: root, findings: findings).run()
        EngineChecks(stack: stack, root: root, findings: findings).run()
        CompanionChecks(stack: stack, root: root, findings: findings).run()
        EgressChecks(stack: stack, root: root, findings: findings).run()
        ClusterChecks(stack: stack, root: root, findings: findings).run()
        ImageChecks(stack: stack, root: root, findings: findings).run()
        PrometheusChecks(stack: stack, root: root, findings: findings).run()
        UnexpressedKeys(stack: stack, root: root, findings: findings).run()
        for service in stack.services {
            ServiceChecks(service: service, stack: stack, root: root, findings: findings).run()
        }
        BackupChecks(stack: stack, root: root, findings: findings).run()
    }
}
