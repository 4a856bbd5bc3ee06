import Basics
import StackModel

/// Alerts of backups that jobs of a cluster make, from the figures of kube-state-metrics, which the operator's
/// Prometheus has. The stack's own sees only its own namespace, and no jobs.
enum BackupJobRules {
    static func group(_ stack: Stack) -> RuleGroup {
        RuleGroup(
            name: "backup-jobs",
            about: ["Backups that jobs of the cluster make, as kube-state-metrics sees them."],
            rules: stack.backups.filter { BackupJob.stores($0.subject, of: stack) }.flatMap { policy in
                [tooOld(policy, stack), failed(policy, stack)].map { .alert($0) }
            }
        )
    }

    /// Two whole turns were missed, and there was an hour for one that is under way. Where the job cannot be seen, it
    /// is not known to be well.
    private static func tooOld(_ policy: BackupPolicy, _ stack: Stack) -> Alert {
        let job = selector(policy, stack)
        let pause = CronGap.longest(of: policy.schedule) ?? .seconds(86_400)
        let limit = TimeSpan(milliseconds: pause.milliseconds * 2 + 3_600_000)
        return Alert(
            name: "BackupTooOld",
            severity: .critical,
            service: ControllerRules.service,
            labels: ["policy": policy.name],
            expression: "time() - max(kube_cronjob_status_last_successful_time{\(job)} or kube_cronjob_created{\(job)})"
                + " > \(limit.wholeSeconds) or absent(kube_cronjob_created{\(job)})",
            holding: "15m",
            summary: "There is no backup of \(policy.name) that is younger than \(limit)",
            description: "Its job has failed or did not run for two turns, or kube-state-metrics shows no such job."
                + " `kubectl --namespace \(stack.clusterNamespace) describe cronjob \(BackupJob.name(of: policy))`",
            next: "backup list"
        )
    }

    /// Silent again with the next run that succeeds, while the failed one is still kept for its log.
    private static func failed(_ policy: BackupPolicy, _ stack: Stack) -> Alert {
        let name = BackupJob.name(of: policy)
        let runs = "namespace=\"\(stack.clusterNamespace)\",job_name=~\"\(name)-[0-9]+\""
        return Alert(
            name: "BackupFailed",
            severity: .warning,
            service: ControllerRules.service,
            labels: ["policy": policy.name],
            expression: "max(kube_job_status_start_time{\(runs)}"
                + " and on (namespace, job_name) kube_job_failed{\(runs),condition=\"true\"} == 1)"
                + " > (max(kube_cronjob_status_last_successful_time{\(selector(policy, stack))}) or vector(0))",
            summary: "The last backup of \(policy.name) has failed",
            description: "Three attempts did not succeed. The earlier sets are there."
                + " `kubectl --namespace \(stack.clusterNamespace) logs --selector app.kubernetes.io/instance=\(name)`",
            next: "backup list"
        )
    }

    private static func selector(_ policy: BackupPolicy, _ stack: Stack) -> String {
        "namespace=\"\(stack.clusterNamespace)\",cronjob=\"\(BackupJob.name(of: policy))\""
    }
}
