import StackSpec

/// Services that Compose starts only when somebody names their profile.
extension Translation {
    /// Nil for a service of no profile.
    func replicasOfProfile(_ draft: Draft) -> SpecLine? {
        guard !draft.profiles.isEmpty else { return nil }
        report.changed(
            "\(draft.path).profiles",
            at: draft.node.entry("profiles")?.keyPlace ?? draft.place,
            "a spec has no profiles, so none of it runs: `replicas: 0`",
            help: "Start it with `slipway scale \(draft.name)=1`, or give it replicas in one of the `environments`."
        )
        let profiles = draft.profiles.joined(separator: ", ")
        let comment = "Of the profile \(profiles): `slipway scale \(draft.name)=1` starts it.".withoutLines
        return SpecLine("replicas", .number(0), comments: [comment])
    }
}
