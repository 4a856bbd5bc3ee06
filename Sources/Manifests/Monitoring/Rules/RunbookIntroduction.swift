import StackModel

/// How a rendered runbook begins: what its words stand for, and how to keep alerts quiet during planned work.
struct RunbookIntroduction {
    let help: AlertHelp
    let stack: Stack

    /// - Parameter sections: only what they say is explained.
    func text(above sections: String) -> String {
        let service =
            sections.contains(RunbookWords.alerting)
            ? " `\(RunbookWords.alerting)` is the one that the alert names in its label `service`." : ""
        return """
            # Runbook: alerts of \(help.stack)

            One heading per alert. Each alert carries its command in the annotation `command`, where there is one.\(service)
            Where the spec is to be changed, change it, render again, and then type the command.
            \(silence)
            """
    }

    /// Nothing where nobody is told.
    private var silence: String {
        guard let amtool else {
            guard stack.hasOperator else { return "" }
            return """

                Before planned work, so that nobody is woken by it: a silence of `namespace="\(stack.clusterNamespace)"` in the \
                Alertmanager of the operator.

                """
        }
        return """

            Before planned work, so that nobody is woken by it (`\(everything)` in place of the service is everything but the
            Watchdog, which has to go on; `silence query` lists them, `silence expire ID` ends one early):

                \(amtool) silence add \\
                  --author ME --comment WHY --duration 1h 'service="\(example)"'

            """
    }

    private let everything = "'severity=~\"critical|warning\"'"

    private var example: String {
        stack.services.first { if case .app = $0.kind { true } else { false } }?.name.text ?? RunbookWords.alerting
    }

    private var amtool: String? {
        guard let name = stack.alertmanager else { return nil }
        let program = "amtool --alertmanager.url http://localhost:9093"
        return switch help.runner {
        case .slipway: nil
        case .compose: "docker compose exec \(name) \(program)"
        case .kubernetes(let namespace): "kubectl --namespace \(namespace) exec statefulset/\(name) -- \(program)"
        }
    }
}
