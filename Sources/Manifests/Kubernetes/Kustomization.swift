/// What `kubectl apply -k` reads: the objects, and the files it makes ConfigMaps and Secrets of.
enum Kustomization {
    static func file(
        namespace: String,
        resources: [String],
        configurations: [ConfigurationMap],
        secrets: Set<SecretFile>
    ) -> ManifestFile {
        let object: ManifestValue = [
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "namespace": .text(namespace),
            "resources": .texts(resources),
            "configMapGenerator": .list(configurations.map(\.generator)).unlessEmpty,
            "secretGenerator": .list(SecretFile.generators(secrets)).unlessEmpty,
            "generatorOptions": ["immutable": true, "labels": ["app.kubernetes.io/managed-by": "slipway"]],
        ]
        return ManifestFile("kustomization.yaml", YAMLWriter.document(object))
    }
}
