import StackModel

/// What a person needs to know who has these files and nothing else.
enum KubernetesReadme {
    static func file(_ stack: Stack) -> ManifestFile {
        ManifestFile("README.md", (parts(stack).joined(separator: "\n\n")) + "\n")
    }

    private static func parts(_ stack: Stack) -> [String] {
        [start(stack)] + certificates(stack) + [network(stack)] + volumes(stack) + backups(stack) + [history(stack)]
    }

    private static func start(_ stack: Stack) -> String {
        """
        # \(stack.name) in the namespace \(stack.clusterNamespace)

            ./secrets.sh                              # makes the values below secrets/ that are not there yet
            kubectl apply --server-side -k .          # again after every change
            kubectl --namespace \(stack.clusterNamespace) get pods --watch

        Kubernetes \(NamespaceObject.policyVersion.dropFirst()) or later. Written from the spec of the stack: change that and render again. `secrets/` holds
        the only secrets and belongs in no repository; keep it, or the next `./secrets.sh` makes others than the data
        services know. A value that you write yourself ends without a line break.
        """
    }

    private static func certificates(_ stack: Stack) -> [String] {
        let names = stack.services.compactMap { service -> SecretName? in
            guard stack.kubernetes?.gateway == nil, case .edge(let edge) = service.kind else { return nil }
            return edge.tls?.certificate
        }
        guard !names.isEmpty else { return [] }
        let commands = Set(names).sorted().map {
            "    kubectl --namespace \(stack.clusterNamespace) create secret tls \($0) --cert chain.pem --key key.pem"
        }
        return [
            """
            ## The certificate

            It comes from you, or from cert-manager, as a Secret of the type `kubernetes.io/tls`:

            \(commands.joined(separator: "\n"))
            """
        ]
    }

    private static func network(_ stack: Stack) -> String {
        """
        ## Who reaches whom

        Nothing, but what the spec declares: `dependsOn`, references such as `${service:redis}`, scrapes and routes. What
        a route leads to is open to other namespaces, where the ingress controller is; a controller on the network of
        the nodes needs an `ipBlock` of theirs in `network-policy.yaml`. Apps reach nothing outside the cluster.
        """
    }

    private static func volumes(_ stack: Stack) -> [String] {
        guard stack.services.contains(where: { !AppClaim.claims(of: $0, in: stack).isEmpty }) else { return [] }
        return [
            """
            ## Volumes of apps

            `volumes.yaml` of an app claims its volumes. One that several pods use is `ReadWriteMany`, which the class of
            the storage must offer. The mode of a claim never changes: from one pod to several, or back, copy the data to
            a new claim. `kubectl delete -k .` deletes the claims, and the data with them.
            """
        ]
    }

    private static func backups(_ stack: Stack) -> [String] {
        guard !stack.backups.isEmpty else { return [] }
        return [
            """
            ## Backups

            The jobs below `backups/` store into the volume `backups`, each set whole or not at all, and remove what
            `keep` does not keep. The volume is in the cluster: what has to outlive the cluster has to be copied from
            there. `kubectl --namespace \(stack.clusterNamespace) create job --from=cronjob/backup-NAME try-1` runs one now.
            """
        ]
    }

    private static func history(_ stack: Stack) -> String {
        """
        ## Going back

        Configuration and secrets have names with a hash of their content, and earlier ones stay: `kubectl rollout undo`
        takes them back with the pods. Those that no release uses any more are yours to delete.
        """
    }
}
