import StackModel

/// The page that says of every alert what it means and what to do. It stands here so that a rendered set, which lives
/// without this repository, has it too; `docs/runbooks/alerts.md` is written from it.
enum Runbook {
    /// In this repository.
    static let path = "docs/runbooks/alerts.md"
    /// In a rendered set.
    static let renderedPath = "runbook.md"

    static let page = introduction + "\n" + entries

    /// What a rendered set needs of it, in the words of its stack. Also where alerts point to a page of the person's own,
    /// which may well be this one, published.
    static func file(of alerts: [Alert], _ help: AlertHelp, _ stack: Stack) -> ManifestFile {
        let services = Dictionary(grouping: alerts, by: \.name).mapValues { Set($0.map(\.service)) }
        let text = entries.split(separator: "## ").compactMap { section -> String? in
            guard let named = services[String(section.prefix { $0 != "\n" })] else { return nil }
            let alerting = stack.services.filter { named.contains($0.name.text) }
            let words = RunbookWords(runner: help.runner, stack: stack, alerting: alerting)
            return "\n## \(words.said(in: section.trimmed))\n"
        }.joined()
        let introduction = RunbookIntroduction(help: help, stack: stack)
        return ManifestFile(renderedPath, introduction.text(above: text) + text)
    }

    /// Its socket lies where it runs, under the number of its port.
    private static let psql =
        "slipway exec shop --replica postgres-1 -- sh -c 'psql -U postgres -h $PWD -p $(sed -n 4p .s.PGSQL.*.lock)'"

    /// Asked as the one user who may ask for everything.
    private static func redis(_ question: String) -> String {
        "slipway exec shop --replica redis-1 -- sh -c '\(RunbookWords.redis(question, password: "admin.secret", "-s redis.sock "))'"
    }

    private static let introduction = """
        # Runbook: alerts

        One heading per alert. Each alert carries its command in the annotation `command`; `shop` and `local` stand for your
        stack and environment. Begin with `slipway status shop --env local`: it shows what runs, since when, and what it lacks.
        Repair of replicas that ended is the engine's work; what is left for you is why.

        Before planned work, so that nobody is woken by it: `amtool silence add --author ME --comment WHY --duration 1h
        --alertmanager.url http://127.0.0.1:PORT 'service="api"'`, with the port that `slipway status shop --env local` shows of
        `alertmanager`. `'severity=~"critical|warning"'` in place of the service is everything but the Watchdog, which has to go
        on. `amtool silence expire ID` ends it early.

        """

    private static let entries = """
        ## APIDown
        No replica of the app answers Prometheus, or there is none. Users get errors; a worker's work is not done.
        `slipway status shop`, then `slipway logs shop --service api --tail 100`. After a deploy: `slipway rollback shop`.
        When Redis or Postgres is down too, begin there: it explains this.

        ## CrashLooping
        A replica was started more than three times in 15 minutes. Its last words: `slipway logs shop --service api`.
        After a deploy: `slipway rollback shop`. Else look for memory (MemoryHigh) and for what it needs at its start.

        ## TargetMissing
        Figures are missing: of one replica of several, or of an exporter, Grafana or Alertmanager.
        `slipway status shop`; what has ended is in `slipway logs shop --service NAME`.
        `slipway deploy FOLDER --env ENVIRONMENT` starts what is missing. While an exporter is away,
        nobody would notice that what it watches is down.

        ## HighErrorRate
        More requests fail (5xx) than `slo.errors` allows. `slipway logs shop --service api --grep ERROR`. It wakes somebody only
        where `slo` promises `errors` and no `availability`.
        Where it began with a deploy (`slipway history shop`): `slipway rollback shop`.

        ## HighLatency
        A latency that `slo.latency` promises was missed for ten minutes. See the dashboard "API overview": more requests
        (`slipway scale shop --replicas api=4`), or slow answers from Redis or Postgres (PgSlowQuery)?

        ## InFlightHigh
        More than 100 requests are worked on at once: they come faster than they are answered. As HighLatency.

        ## CPUHigh
        A replica uses most of the processor time that `resources.cpu` allows. More replicas (`slipway scale`) or a higher
        limit and `slipway deploy`.

        ## MemoryHigh
        A replica uses most of `resources.memory`; at the limit the kernel ends it. The dashboard "API overview" shows which one,
        and since when. Growing for days is a leak: until it is mended, time is won by `slipway restart shop --service api`.

        ## SLOBurn
        The error budget of `slo.availability` is used up much faster than it lasts. Label `window` says over which time.
        `1h` and `6h` wake somebody: act as for HighErrorRate. `3d` is for the morning: find what fails a little all the time.

        ## RedisDown
        Redis does not answer its exporter. `slipway status shop`, `slipway logs shop --service redis`.
        Errors and slowness of what depends on it are not told meanwhile; that something else is down is. They end with its
        return. Data is on disk as last written: with the append-only file all but the last second.

        ## RedisPersistenceFailing
        Redis could not write its snapshot or append-only file: `\(redis("INFO persistence"))`.
        Usually the disk is full: `df -h`. Do not restart Redis before there is room, or what it holds only in memory is lost.

        ## RedisReplicaLinkDown
        A replica has lost its primary. `slipway logs shop --service redis`; network, then password.

        ## RedisMemoryHigh
        Redis nears its `memory`. At the limit it refuses writes. What fills it:
        `\(redis("--memkeys"))`. Raise `memory` of the service and `slipway deploy FOLDER --env ENVIRONMENT`, or let keys
        expire.

        ## RedisFragmented
        Redis takes much more memory than its data needs. In a quiet hour: `slipway restart shop --service redis`.

        ## RedisEvicting
        Redis throws keys away because its memory is full. Slipway's own configuration never does: somebody changed the policy.

        ## RedisConnectionsHigh
        Most connections are taken. By whom: `\(redis("CLIENT LIST"))` (`user`, `addr`, and `idle`
        in seconds). Those of an app that leaks them are freed by `slipway restart shop --service api`.

        ## RedisRejecting
        Redis turned clients away: all connections are taken. As RedisConnectionsHigh, now.

        ## PgDown
        Postgres does not answer its exporter. `slipway status shop`, `slipway logs shop --service postgres`.
        "recovering" in its log means: wait, it replays what was committed. Errors and slowness of what depends on it are not told
        meanwhile; that something else is down is.

        ## PgConnections
        More than 80% of the connections are taken. By whom: `\(psql)`,
        `SELECT usename, client_addr, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;`. Many that are
        `idle` are pools: those of all replicas together must fit into `max_connections` (100).

        ## PgPoolExhausted
        Hardly a connection is left. Look as for PgConnections: three are kept for the superuser, so psql gets in. Those of the
        app that holds them are freed by `slipway restart shop --service api`.

        ## PgSlowQuery
        A query or its transaction has run for more than five minutes. A running backup is one too. Find it:
        `\(psql)`,
        `SELECT pid, usename, now() - xact_start AS age, query FROM pg_stat_activity WHERE state = 'active' ORDER BY 3 DESC;`.
        `SELECT pg_cancel_backend(PID);` ends it.

        ## PgIdleInTransaction
        A session sits in an open transaction and holds its locks. Whose: `\(psql)`,
        `SELECT pid, usename, now() - state_change, query FROM pg_stat_activity WHERE state LIKE 'idle in transaction%';`.
        The app forgot to end it: its log at that time. `SELECT pg_terminate_backend(PID);` ends it.

        ## PgDeadlocks
        Transactions take the same locks in different orders. Postgres ended one of each pair; both queries are in its log:
        `slipway logs shop --service postgres`.

        ## PgWraparound
        Vacuum is far behind. `\(psql)`,
        `SELECT datname, age(datfrozenxid) FROM pg_database ORDER BY 2 DESC;`. Look for old transactions
        (PgIdleInTransaction) and replication slots nobody reads (`SELECT slot_name, active FROM pg_replication_slots;`), then
        run `VACUUM` in the database with the oldest id. Critical: today.

        ## EdgeDown
        The edge does not answer: nobody gets in. `slipway status shop`, `slipway logs shop --service edge`; the port may be
        somebody else's now.

        ## NoReplicaServes
        The edge has nobody to send requests of a service to: clients get 503. `slipway status shop`, then
        `slipway logs shop --service api --tail 100`. After a deploy: `slipway rollback shop`.

        ## CircuitOpen
        The edge gives some replicas no requests, for they failed its check or answered with too many errors in a row.
        `slipway status shop` names them; `slipway logs shop --service api` shows why.

        ## EdgeQueueing
        Requests wait at the edge for a replica. `slipway scale shop --replicas api=4`.

        ## EdgeErrors
        Clients get more errors (5xx) than `slo.errors` allows, the edge's own among them. With HighErrorRate: look at the app.
        Without it: replicas cannot be reached; `slipway logs shop --service edge`.

        ## EdgeConnectionsHigh
        Most of the edge's connections are taken: many clients, or few that hold many. `rateLimit` limits each address.

        ## BackupTooOld
        Two runs of a policy were missed. `slipway backup list shop` shows what there is; the store may be full or away.
        Where the cluster runs the jobs: `kubectl describe cronjob backup-NAME`, then its pods. The volume may be full.

        ## BackupFailed
        The last run of a policy has failed. The controller's log says why; `slipway backup run shop --policy NAME` tries again.
        A job of a cluster has failed three times then: the log of its pod says why, and the pods of failed jobs are kept for
        that.

        ## BackupSkipped
        A run that was due was not made, because the controller was away or the run before had not ended. The next one makes up
        for it. Where it happens again and again, the schedule is too tight for the data.

        ## BackupNotProven
        No backup of the policy was restored and probed for long. They may be good; nobody knows.

        ## BackupVerifyFailed
        The last backup cannot be read back as it was written. Keep it, make another one, and look at the store's disk.

        ## LogNotShipped
        What was written to a server goes into its log, and the log is in no store: it fills the disk beside the data, and a
        lost machine loses it. `slipway backup run shop --policy NAME-wal` ships it or says why it cannot.

        ## CertExpiring
        A certificate has less than a third of its time left (warning) or less than seven days (critical). Put the new one into
        the files or the variable that the secret is given by, and `slipway deploy FOLDER --env ENVIRONMENT`.

        ## CertExpiresToday
        Less than a day. As CertExpiring, now: after that, clients refuse to connect.

        ## ControllerDown
        No controller runs on the machine: nothing that is scheduled is done, and nobody looks at certificates and at apps
        without figures. `systemctl status slipway-controller`, and its log; without a unit: `slipway controller`.

        ## ControllerStalled
        The controller has made no pass for five minutes: no backups, no rotations, no repairs. Restart it; its log says why.

        ## HostCPUHigh
        The machine's processors are busy. Find the program with `top`; scale down what can wait.

        ## HostMemoryHigh
        The machine's memory is nearly full. At the end the kernel ends a program of its choice. Find it with `top`.

        ## DiskFillsUp
        At the pace of the last six hours the disk is full within a day. `du -xh / | sort -h | tail`.

        ## DiskFull
        Less than 5% is left. Redis and Postgres stop taking writes. Free some now: old logs, old backups.

        ## ConfigReloadFailed
        Prometheus or Alertmanager runs with an old configuration: the new one has an error, named in its log:
        `slipway logs shop --service NAME`. Mend it before the next restart.

        ## RuleEvaluationFailing
        Some rules cannot be evaluated; alerts that depend on them do not fire. Its log names them:
        `slipway logs shop --service NAME`.

        ## NotificationsFailing
        Alertmanager cannot tell anybody by one of its ways. Its log says what the other side answers, an expired key or a proxy:
        `slipway logs shop --service NAME`.

        ## Watchdog
        Always fires, so that somebody can notice when it stops: then no alert gets through. Declare a contact with
        `severities: [watchdog]` and the `webhook` of a service that raises the alarm when it hears nothing for five minutes.
        Without one it is told to nobody.

        """
}

extension Substring {
    /// Without the line ends behind it.
    fileprivate var trimmed: Substring {
        var text = self
        while text.last == "\n" { text.removeLast() }
        return text
    }
}
