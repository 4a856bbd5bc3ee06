import StackModel

/// What a person needs to know who has these files and nothing else.
struct KubernetesReadme {
    let stack: Stack

    /// Of a stack that has its companions.
    static func file(_ stack: Stack) -> ManifestFile {
        ManifestFile("README.md", KubernetesReadme(stack: stack).parts.joined(separator: "\n\n") + "\n")
    }

    private var parts: [String] {
        [start, needs, secrets] + certificates
            + [network, standard, volumes, alerts, backups].compactMap { $0 } + [history]
    }

    private var kubectl: String { "kubectl --namespace \(stack.clusterNamespace)" }

    private var start: String {
        """
        # \(stack.name) in the namespace \(stack.clusterNamespace)

        Written from the spec of the stack: change that and render again, not these files. In this order:

            ./secrets.sh                              # makes what is missing below secrets/
            kubectl apply --server-side -k .          # the namespace and everything in it
            \(kubectl) get pods --watch

        Everything starts at once, and apps may be restarted until Redis and Postgres are ready. After some minutes every
        pod is `Running` and ready; `\(kubectl) describe pod NAME` says what one waits for. After a change: the same two
        commands, and before the second `kubectl diff --server-side -k .` for what it would change.
        """
    }

    private var needs: String {
        let lines =
            [
                "Kubernetes \(NamespaceObject.policyVersion.dropFirst()) or later, whose nodes may pull the images",
                "a StorageClass: \(storageClasses)",
                "a network plugin that enforces NetworkPolicies, and cluster DNS with the label `k8s-app: kube-dns`",
            ] + entrance + scaling
            + (stack.kubernetes?.priorityClass.map { ["the PriorityClass `\($0)`"] } ?? [])
            + (stack.hasOperator ? ["the Prometheus operator with kube-state-metrics"] : [])
        return "## What has to be there\n\n" + lines.map { "- \($0)" }.joined(separator: "\n")
    }

    private var entrance: [String] {
        let edges = stack.services.compactMap(\.openEdge)
        guard !edges.isEmpty else { return [] }
        let name = stack.kubernetes?.ingressClass.map { " of the class `\($0)`" } ?? ""
        let controller = "an ingress controller\(name): `\(kubectl) get ingress` shows the address"
        return [gateway ?? controller] + shared(edges)
    }

    private var gateway: String? {
        guard let options = stack.kubernetes, let name = options.gateway else { return nil }
        let listener = options.gatewayListener.map { ", with a listener `\($0)`" } ?? ""
        guard let namespace = options.gatewayNamespace else {
            return "the Gateway `\(name)` in this namespace\(listener)"
        }
        return
            "the Gateway `\(name)` in the namespace \(namespace)\(listener), which takes routes of this\n"
            + "  namespace (`allowedRoutes`)"
    }

    private var storageClasses: String {
        let usual = stack.kubernetes?.storageClass.map { "`\($0)`" } ?? "the cluster's default"
        let others = (stack.kubernetes?.storageClasses ?? []).map { "`\($0.name)` for \($0.service)" }
        return ([usual] + others).joined(separator: ", ")
    }

    private func shared(_ edges: [Edge]) -> [String] {
        guard edges.contains(where: { $0.routes.contains { $0.host == nil } }) else { return [] }
        return [
            "nobody else with a route for every host there, such as this stack in another environment: only one of them\n"
                + "  would get the requests. `host` in the spec's `routes` tells them apart"
        ]
    }

    private var scaling: [String] {
        let isScaled = stack.services.contains { service in
            if case .app(let app) = service.kind { app.autoscale != nil } else { false }
        }
        guard isScaled else { return [] }
        return [
            "metrics-server, which the autoscaler reads. An app that had a fixed number of replicas until now has one from\n"
                + "  the apply on, until the autoscaler answers"
        ]
    }

    private var secrets: String {
        """
        ## Secrets

        `./secrets.sh` writes one file for each secret below `secrets/`: random values, and those that it asks for by name
        because only you know them. It never changes a file that is there, so it may run again at any time. `kubectl apply
        -k` makes Secrets of the files; their values are nowhere else in this folder. `secrets/` belongs in no repository
        (`.gitignore` names it) and in your backup: without it the next `./secrets.sh` makes others than the data services
        know. Another value: remove its file, `./secrets.sh`, apply; whatever reads it is started anew. A value that you
        write yourself ends without a line break.\(grafana)
        """
    }

    /// Nobody else can tell the first password.
    private var grafana: String {
        guard let grafana = stack.services.first(where: { if case .grafana = $0.kind { true } else { false } }),
            let password = try? ProcessManifests.administratorSecret(of: grafana.name, in: stack)
        else { return "" }
        let forward = "\(kubectl) port-forward statefulset/\(grafana.name) 3000"
        return "\n\nGrafana: `\(forward)`, then `admin` with the password in `secrets/\(password)`.\n"
            + "It reads that at its first start only: change it in Grafana from then on."
    }

    private var certificates: [String] {
        let names = stack.services.compactMap { service in
            stack.kubernetes?.gateway == nil ? service.openEdge?.tls?.certificate : nil
        }
        guard !names.isEmpty else { return [] }
        let commands = Set(names).sorted().map {
            "    \(kubectl) create secret tls \($0) --cert chain.pem --key key.pem"
        }
        return [
            """
            ## The certificate

            It comes from you, or from cert-manager, as a Secret of the type `kubernetes.io/tls`, once the namespace is there:

            \(commands.joined(separator: "\n"))
            """
        ]
    }

    private var network: String {
        """
        ## Who reaches whom

        \(declared)

            kubernetes:
              egress:
                api: {internet: true}                                   # every address that is not private
                worker: {to: [{cidr: 10.20.0.0/16, ports: [5432]}]}     # and these, for another
        """
    }

    /// An edge at a single address opens nothing.
    private var declared: String {
        guard stack.services.contains(where: { $0.openEdge != nil }) else {
            return """
                Nobody reaches anybody, but what the spec declares: `dependsOn`, references such as `${service:redis}` and
                scrapes. No route opens anything to other namespaces. An app reaches nothing outside of the stack until the
                spec lets it, under the environment:
                """
        }
        return """
            Nobody reaches anybody, but what the spec declares: `dependsOn`, references such as `${service:redis}`, scrapes and
            routes. What a route leads to is open to other namespaces, where the ingress controller is; a controller on the
            network of the nodes needs an `ipBlock` of theirs in `network-policy.yaml`. An app reaches nothing outside of the
            stack until the spec lets it, under the environment:
            """
    }

    private var history: String {
        """
        ## Going back

        Configuration and secrets have names with a hash of their content, and earlier ones stay: `kubectl rollout undo`
        takes them back with the pods. Those that no release uses any more are yours to delete. `kubectl delete -k .` takes
        the namespace with it, and that every volume.
        """
    }
}

extension KubernetesReadme {
    private var alerts: String? {
        guard stack.isMeasured else { return nil }
        let nodes =
            stack.services.contains(where: \.watchesMachine)
            ? nil : "Nobody here watches the nodes, their disks and their memory: that is the cluster's."
        let told = AlertsReadme(stack: stack).told
        return "## Who is told of alerts\n\n" + [told, judged, nodes].compactMap { $0 }.joined(separator: "\n\n")
    }

    private var judged: String? {
        guard stack.hasOperator else { return nil }
        return """
            The operator's Prometheus reads the ServiceMonitors and `prometheus-rules.yaml` and tells whom its Alertmanager
            tells. It has to select them: see `serviceMonitorSelector`, `ruleSelector` and their namespace selectors in the
            Prometheus object; and its service account has to be allowed to list services, endpoints and pods here.
            Alerts of backups and of apps without figures come from it alone, and so never reach the spec's `contacts`.
            """
    }

    private var standard: String? {
        let names = stack.services.filter { $0.security?.isRestricted == false }.map(\.name.text)
        guard !names.isEmpty else { return nil }
        return """
            ## Pod Security

            The namespace is labelled `baseline`, for everything in it: `restricted` does not admit \(names.joined(separator: ", ")),
            which starts as root or has capabilities. The others keep to `restricted`.
            """
    }

    private var volumes: String? {
        guard stack.services.contains(where: { !AppClaim.claims(of: $0, in: stack).isEmpty }) else { return nil }
        return """
            ## Volumes of apps

            `volumes.yaml` of an app claims its volumes. One that several pods use is `ReadWriteMany`, which the class of
            the storage must offer. The mode of a claim never changes: from one pod to several, or back, copy the data to
            a new claim. `kubectl delete -k .` deletes the claims, and the data with them.
            """
    }

    private var backups: String? {
        guard !stack.backups.isEmpty else { return nil }
        let failure =
            stack.hasOperator
            ? "A job that fails, or has not succeeded for two of its turns, raises an alert."
            : "No alert is raised when a job fails, since nothing here sees it: look at `\(kubectl) get cronjobs,jobs`."
        return """
            ## Backups

            Each job below `backups/` stores into the volume of its name, each set whole or not at all, and removes what `keep`
            does not keep. The volumes are in the cluster: what has to outlive the cluster has to be copied from there.
            Sets are not encrypted.\(configuration)
            `\(kubectl) create job --from=cronjob/backup-NAME try-1` runs one now.
            \(failure)
            """
    }

    private var configuration: String {
        guard stack.backups.contains(where: { $0.subject == .config }) else { return "" }
        return " One of `config` holds the ConfigMaps alone: keep the spec and `secrets/` safe\nyourself."
    }
}
