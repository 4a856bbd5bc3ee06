import Basics
import StackModel

/// A kustomization: a folder for each service with its objects and its configuration, and what belongs to all of them.
enum KubernetesManifests {
    /// Of a stack that has its companions.
    static func files(of stack: Stack) throws(ReportableError) -> [ManifestFile] {
        try checkNames(of: stack)
        let monitoring = try KubernetesMonitoring(stack)
        var workloads: [Workload] = []
        for service in stack.services {
            if let workload = try workload(of: service, stack, monitoring.files) { workloads.append(workload) }
        }
        let configurations = workloads.flatMap(\.configurations)
        let backups = try BackupObjects(of: stack, configurations: configurations)
        let secrets = Set(workloads.flatMap(\.secrets) + backups.secrets)
        let objects = objects(of: stack, workloads, backups) + monitoring.objects(workloads)
        let maps = configurations + backups.configurations
        let kustomization = Kustomization.file(
            namespace: stack.clusterNamespace,
            resources: objects.map(\.path),
            configurations: maps,
            secrets: secrets
        )
        let own =
            [kustomization, KubernetesReadme.file(stack), try KubernetesSecrets.script(for: stack)]
            + [Monitoring.runbook(of: stack, reachedBy: .kubernetes)].compactMap { $0 }
        // Two that read the same have one file.
        return objects + Set(maps.flatMap { $0.entries.map(\.file) }) + own
    }

    /// In the order in which they are applied and read.
    private static func objects(
        of stack: Stack,
        _ workloads: [Workload],
        _ backups: BackupObjects
    ) -> [ManifestFile] {
        let policies = NetworkPolicies(traffic: Traffic(stack))
        let own = workloads.flatMap { workload in
            let policy = policies.policy(of: workload.identity, workload.service)
            return workload.files()
                + [ManifestFile("\(workload.folder)/network-policy.yaml", YAMLWriter.document(policy))]
        }
        return [
            ManifestFile("namespace.yaml", YAMLWriter.document(NamespaceObject.object(stack))),
            ManifestFile("network-policies.yaml", YAMLWriter.documents(policies.general)),
        ] + own + stack.services.compactMap { edge($0, stack) } + backups.files(policies)
    }

    /// Nil for an edge: the cluster has one of its own.
    private static func workload(
        of service: Service,
        _ stack: Stack,
        _ monitoring: [ManifestFile]
    ) throws(ReportableError) -> Workload? {
        switch service.kind {
        case .app(let app): try AppWorkload.make(service, app, stack)
        case .redis(let redis): try RedisWorkload.make(service, redis, stack)
        case .postgres(let postgres): try PostgresWorkload.make(service, postgres, stack)
        case .prometheus(let prometheus): try MonitoringWorkloads.prometheus(service, prometheus, stack, monitoring)
        case .grafana: try GrafanaWorkload.make(service, stack, monitoring)
        case .alertmanager: try MonitoringWorkloads.alertmanager(service, stack, monitoring)
        case .exporter(let exporter): try ExporterWorkload.make(service, exporter, stack)
        case .edge: nil
        }
    }

    /// Nil for an edge that was not open to the world: rendering does not open it.
    private static func edge(_ service: Service, _ stack: Stack) -> ManifestFile? {
        guard let edge = service.openEdge else { return nil }
        guard stack.kubernetes?.gateway != nil else {
            let ingress = IngressObject.object(service, edge, stack)
            return ManifestFile("\(service.name)/ingress.yaml", YAMLWriter.document(ingress))
        }
        let routes = RouteObjects.objects(service, edge, stack)
        return ManifestFile("\(service.name)/http-routes.yaml", YAMLWriter.documents(routes))
    }

    /// A name of an address begins with a letter, which that of a service need not.
    private static func checkNames(of stack: Stack) throws(ReportableError) {
        for service in stack.services where service.name.text.first?.isNumber == true {
            throw ReportableError(
                .invalidSpec,
                "service \(service.name) cannot have an address on Kubernetes, where names begin with a letter",
                hint: "Rename services.\(service.name) in the spec."
            )
        }
    }

    /// Services, secrets and backups in their order.
    static func omissions(of stack: Stack) -> [Omission] { KubernetesOmissions(stack).omissions }
}
