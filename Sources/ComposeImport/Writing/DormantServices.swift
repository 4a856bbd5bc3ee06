import StackSpec

/// Services that are there, and of which nothing runs.
extension Translation {
    /// Compose starts it only when somebody names its profile, or it is a job that ends. Nil for every other service.
    func dormantReplicas(_ draft: Draft) -> SpecLine? {
        guard !draft.isJob else { return replicasOfJob(draft) }
        guard !draft.profiles.isEmpty else { return nil }
        report.changed(
            "\(draft.path).profiles",
            at: draft.node.entry("profiles")?.keyPlace ?? draft.place,
            "a spec has no profiles, so none of it runs: `replicas: 0`",
            help: "Start it by `replicas: 1`, best in one of the `environments`."
        )
        let profiles = draft.profiles.joined(separator: ", ")
        let comment = "Of the profile \(profiles): `replicas: 1` starts it.".withoutLines
        return SpecLine("replicas", .number(0), comments: [comment])
    }

    private func replicasOfJob(_ draft: Draft) -> SpecLine {
        report.changed(
            draft.path,
            at: draft.place,
            "a job that ends is no service, so none of it runs: `replicas: 0`",
            help: "Run it before a deploy, from CI or by hand."
        )
        return SpecLine("replicas", .number(0), comments: ["A job that ends: run it before a deploy."])
    }
}
