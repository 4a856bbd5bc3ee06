import StackModel

/// How fast the error budget of `slo.availability` is used up. A month's budget at rate 14.4 is gone in two days, at
/// rate 6 in five, at rate 1 just at the end of the month. The long window shows that it matters, the short one that
/// it still goes on. Requests are counted where they are answered to clients: at the edge, where it shows its figures,
/// else at the app.
enum BurnRateRules {
    private struct Burn {
        var rate: Double
        var long: String
        var short: String
        /// Of the short window.
        var minutes: Int
        var severity: Alert.Severity
        var gone: String
    }

    private static let burns = [
        Burn(rate: 14.4, long: "1h", short: "5m", minutes: 5, severity: .critical, gone: "two days"),
        Burn(rate: 6, long: "6h", short: "30m", minutes: 30, severity: .critical, gone: "five days"),
        Burn(rate: 1, long: "3d", short: "6h", minutes: 360, severity: .warning, gone: "a month"),
    ]

    /// Nobody is woken by two failures, whatever share of the requests they are: three, and a rate is never exact.
    private static let errors = 2.5

    static func group(_ watch: Watch) -> RuleGroup {
        RuleGroup(
            name: "burn-rate",
            about: [
                "How fast the error budget is used up: \(watch.promise.availability) of the requests are to succeed"
                    + " in 30 days."
            ],
            rules: !watch.promise.hasBudget
                ? []
                : watch.apps.flatMap { service -> [RuleGroup.Rule] in
                    let level = watch.countedAtEdges.contains { $0.name == service.name } ? "proxy" : "job"
                    return burns.map { .alert(alert($0, service, level, watch.promise)) }
                }
        )
    }

    private static func alert(_ burn: Burn, _ service: Service, _ level: String, _ promise: Promise) -> Alert {
        let (name, own) = (service.name.text, "\(level)=\"\(service.name)\"")
        let ratio = "\(level):http_request_errors:ratio_rate"
        let bound = "\(Number.text(burn.rate)) * \(Number.text(promise.budget))"
        return Alert(
            name: "SLOBurn",
            severity: burn.severity,
            service: name,
            labels: ["window": burn.long],
            expression: "\(ratio)\(burn.long){\(own)} > \(bound) and \(ratio)\(burn.short){\(own)} > \(bound)"
                + " and \(APIRules.enough(own, by: level, minutes: burn.minutes)) and "
                + APIRules.more("\(level):http_request_errors:rate5m{\(own)}", than: errors, minutes: burn.minutes),
            holding: burn.severity == .critical ? "2m" : "1h",
            summary: "{{ $value | humanizePercentage }} of the requests to \(name) failed in the last \(burn.long)",
            description: "At this rate the month's error budget of slo.availability \(promise.availability) is gone"
                + " in \(burn.gone).",
            next: "history"
        )
    }
}
