import Basics
import StackModel
import Testing

@testable import Manifests

@Suite("Kubernetes: what a spec says of the cluster")
struct ClusterOptionTests {
    private static func stack(_ options: KubernetesOptions, backups: [BackupPolicy] = []) -> Stack {
        let media = App(
            image: "media:1",
            port: 8000,
            volumes: [AppVolume(name: "uploads", path: "/srv", storage: ByteCount(bytes: 1 << 30))]
        )
        return Stack(
            name: "shop",
            environment: "test",
            engine: .kubernetes,
            services: [
                Service(name: "media", kind: .app(media)),
                Service(name: "redis", kind: .redis(Redis())),
                Service(name: "edge", kind: .edge(Edge(listen: 80, routes: [Route(path: "/", service: "media")]))),
            ],
            backups: backups,
            stores: [Store(name: "local", location: .directory("/var/backups"))],
            kubernetes: options
        )
    }

    @Test("routes are attached to the listener of a Gateway in another namespace, whose pods have no policy here")
    func gateway() throws {
        let options = KubernetesOptions(gateway: "public", gatewayNamespace: "infra", gatewayListener: "https")
        let set = try KubernetesObjects(Self.stack(options))
        let route = try #require(set.all("HTTPRoute").first)
        #expect(
            route["spec"]?["parentRefs"]
                == [["name": "public", "namespace": "infra", "sectionName": "https"]]
        )
        #expect(!set.all("NetworkPolicy").contains { $0.name == "gateway" })
        let here = try KubernetesObjects(Self.stack(KubernetesOptions(gateway: "public")))
        #expect(here.all("HTTPRoute").first?["spec"]?["parentRefs"] == [["name": "public"]])
        #expect(here.all("NetworkPolicy").contains { $0.name == "gateway" })
    }

    @Test("volumes are of the class of their service, else of the one for all")
    func storageClasses() throws {
        let classes = [VolumeClass(service: "redis", name: "fast"), VolumeClass(service: "media", name: "shared")]
        let options = KubernetesOptions(storageClass: "usual", storageClasses: classes)
        let files = try StackManifests.files(of: Self.stack(options), for: .kubernetes)
        let text = { (path: String) in files.first { $0.path == path }?.content ?? "" }
        #expect(text("redis/statefulset.yaml").contains("storageClassName: fast"))
        #expect(text("media/volumes.yaml").contains("storageClassName: shared"))
        #expect(text("README.md").contains("a StorageClass: `usual`, `shared` for media, `fast` for redis"))
    }

    @Test("what no job stores is said once, with what rests for it, and nobody is let in for it")
    func unstored() throws {
        let policy = BackupPolicy(
            name: "uploads",
            subject: .service("media"),
            schedule: "0 2 * * *",
            keep: Retention(last: 1),
            stores: ["local"],
            prove: "weekly",
            quiesce: Quiesce(before: ["rest"], after: ["go on"])
        )
        let stack = Self.stack(KubernetesOptions(), backups: [policy])
        let omissions = StackManifests.omissions(of: stack, for: .kubernetes).filter { $0.key.first == "backups" }
        #expect(
            omissions.map { $0.key.joined(separator: ".") } == [
                "backups.uploads.of", "backups.uploads.quiesce", "backups",
            ]
        )
        #expect(omissions.first?.meaning.contains("the volumes of an app") == true)
        #expect(Traffic(stack).into("media").isEmpty)
        let set = try KubernetesObjects(stack)
        #expect(set.all("CronJob").isEmpty)
    }

    @Test("a backup of the configuration says what it lacks, and where sets can be read")
    func configuration() throws {
        let policy = BackupPolicy(
            name: "daily",
            subject: .config,
            schedule: "0 2 * * *",
            keep: Retention(last: 1),
            stores: ["local"]
        )
        let stack = Self.stack(KubernetesOptions(), backups: [policy])
        let omissions = StackManifests.omissions(of: stack, for: .kubernetes)
        let lacking = try #require(omissions.first { $0.key == ["backups", "daily", "of"] })
        #expect(lacking.meaning.contains("neither the spec nor a secret") && lacking.remedy != nil)
        let readable = try #require(omissions.first { $0.key == ["stores"] })
        #expect(readable.meaning.contains("not encrypted"))
        let files = try StackManifests.files(of: stack, for: .kubernetes)
        let readme = files.first { $0.path == "README.md" }?.content ?? ""
        #expect(readme.contains("Sets are not encrypted. One of `config` holds the ConfigMaps alone"))
    }
}
