import Basics
import Foundation
import StackModel
import Testing

@testable import Manifests

@Suite("Kubernetes: files")
struct KubernetesFilesTests {
    /// Writes them to the folder that `RENDERED` names, for `acceptance/manifests.py`.
    @Test("every stack is rendered", arguments: KubernetesStacks.all.keys.sorted())
    func isRendered(_ name: String) throws {
        let stack = try #require(KubernetesStacks.all[name])
        let files = try StackManifests.files(of: stack, for: .kubernetes)
        #expect(Set(files.map(\.path)).count == files.count)
        guard let folder = ProcessInfo.processInfo.environment["RENDERED"] else { return }
        for file in files {
            let url = URL(filePath: "\(folder)/\(name)/\(file.path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try file.content.write(to: url, atomically: true, encoding: .utf8)
        }
    }

    @Test("a hundred renders are the same bytes")
    func isDeterministic() throws {
        let renders = try (0..<100).map { _ in
            try StackManifests.files(of: KubernetesStacks.everything, for: .kubernetes)
        }
        #expect(Set(renders).count == 1)
    }

    @Test("kustomize finds every file that it is told to read, and secrets.sh makes every secret")
    func isComplete() throws {
        for stack in KubernetesStacks.all.values {
            let files = try StackManifests.files(of: stack, for: .kubernetes)
            let script = try #require(files.first { $0.path == "secrets.sh" })
            let set = try KubernetesObjects(stack)
            let paths = Set(files.map(\.path))
            for resource in set.kustomization["resources"]?.elements ?? [] {
                #expect(paths.contains(resource.string ?? ""))
            }
            let sources = ["configMapGenerator.*.files.*", "secretGenerator.*.files.*"].flatMap {
                set.kustomization.at($0)
            }
            for source in sources.compactMap({ $0?.string?.split(separator: "=").last.map(String.init) }) {
                let isMade = source.hasPrefix("secrets/") && script.content.contains(source.dropFirst(8))
                #expect(paths.contains(source) || isMade, "\(source)")
            }
        }
    }

    @Test("four times the services take about four times the time, and twice of them twice the bytes")
    func growsLinearly() throws {
        func size(_ count: Int) throws -> Int {
            try StackManifests.files(of: Self.large(count), for: .kubernetes).reduce(0) { $0 + $1.content.utf8.count }
        }
        func time(_ count: Int) throws -> Duration {
            try (0..<3).map { _ in try ContinuousClock().measure { _ = try size(count) } }.min() ?? .zero
        }
        let (few, many) = (try time(40), try time(160))
        #expect(many < few * 10, "\(few) for 40 services, \(many) for 160")
        let (small, large) = (try size(100), try size(200))
        #expect((19...21).contains(large * 10 / small))
    }

    /// Each refers to the one before.
    private static func large(_ count: Int) -> Stack {
        let services = (1...count).map { number in
            Service(
                name: ServiceName(unchecked: "app-\(number)"),
                kind: .app(App(image: "app:\(number)", port: 8000)),
                replicas: 2,
                dependsOn: number > 1 ? [ServiceName(unchecked: "app-\(number - 1)")] : []
            )
        }
        return Stack(name: "large", environment: "test", engine: .kubernetes, services: services)
    }

    @Test("what a cluster cannot do is said by its key")
    func saysWhatIsLeftOut() {
        let omissions = StackManifests.omissions(of: KubernetesStacks.everything, for: .kubernetes)
        let keys = omissions.map { $0.path.joined(separator: ".") }
        for key in [
            "services.api.dependsOn", "services.api.stop.signal", "services.api.health.interval",
            "services.shop-front.rollout.strategy", "services.shop-front.user", "services.edge.rateLimit",
            "services.edge.maintenance", "services.edge.tls.redirectFrom", "secrets.tokens.rotate",
            "secrets.tokens.overlap", "backups.orders-nightly.prove", "services.api.metrics", "backups.config.of",
        ] { #expect(keys.contains(key), "\(key)") }
        #expect(!keys.contains("services.edge.listen"))
    }

    @Test("and what to write where a promise is not kept; what loses nothing has no remedy")
    func hasRemedies() {
        let omissions = StackManifests.omissions(of: KubernetesStacks.everything, for: .kubernetes)
        let inherent = Set(omissions.filter { $0.remedy == nil }.compactMap(\.key.last))
        #expect(
            inherent.isSubset(of: [
                "dependsOn", "listen", "image", "replicas", "resources", "path", "security", "tls", "certificate",
                "stores", "contacts",
            ]),
            "\(inherent)"
        )
        for key in ["rotate", "prove", "rateLimit", "metrics", "redirectFrom"] {
            #expect(omissions.contains { $0.key.last == key && $0.remedy?.hasSuffix(".") == true }, "\(key)")
        }
    }

    @Test("a service whose name cannot be an address is refused")
    func refusesNames() {
        let app = Service(name: "2api", kind: .app(App(image: "app:1")))
        let stack = Stack(name: "test", environment: "test", engine: .kubernetes, services: [app])
        #expect(throws: ReportableError.self) { try StackManifests.files(of: stack, for: .kubernetes) }
    }

    @Test(
        "Sunday has one number on Kubernetes",
        arguments: [
            ("0 3 * * 7", "0 3 * * 0"), ("0 2 * * 5-7", "0 2 * * 5,6,0"), ("0 2 * * 1-7/3", "0 2 * * 1,4,0"),
            ("*/5 7 1-7 * mon,7", "*/5 7 1-7 * mon,0"),
        ]
    )
    func translatesSundays(_ spec: String, _ cluster: String) throws {
        var stack = KubernetesStacks.everything
        stack.backups = [
            BackupPolicy(name: "b", subject: .config, schedule: spec, keep: Retention(last: 1), stores: [])
        ]
        let job = try #require(try KubernetesObjects(stack).one("CronJob", "backup-b"))
        #expect(job["spec"]?["schedule"]?.string == cluster)
    }

    @Test("an image is what the spec says, digest and all, and its user the same whatever it is made from")
    func keepsImages() throws {
        let digest = "@sha256:\(String(repeating: "b", count: 64))"
        for image in ["postgres\(digest)", "db.example.com:5000/pg:16-alpine\(digest)", "postgres:16-alpine"] {
            var stack = KubernetesStacks.everything
            for index in stack.services.indices where stack.services[index].name == "orders" {
                stack.services[index].kind = .postgres(Postgres(version: "18", database: "orders", image: image))
            }
            let set = try KubernetesObjects(stack)
            let pod = try #require(set.one("StatefulSet", "orders")?.podTemplate?["spec"])
            #expect(pod.at("containers.*.image") == [.text(image)])
            #expect(
                set.one("CronJob", "backup-orders-nightly")?.podTemplate?.at("spec.containers.*.image") == [
                    .text(image)
                ]
            )
            #expect(pod["securityContext"]?["runAsUser"] == 10_001 && pod["securityContext"]?["fsGroup"] == 10_001)
            let compose = try StackManifests.files(of: stack, for: .compose).first { $0.path == "compose.yaml" }
            #expect(
                compose?.content.contains("image: \(image)\n") == true
                    || compose?.content.contains("\"\(image)\"") == true
            )
        }
    }

    @Test("the longest pause of a schedule is that of its calendar")
    func knowsPauses() {
        let pauses: [(schedule: String, hours: Double)] = [
            ("0 * * * *", 1), ("0 2 * * *", 24), ("*/30 9-17 * * *", 15.5), ("0 2 * * 1-5", 72), ("0 3 * * 7", 168),
            ("0 0 1 * *", 744), ("0 0 31 * *", 1464), ("0 0 29 2 *", 35_064), ("0 0 1 jan *", 8784),
            ("0 6,18 * * mon,thu", 84), ("0 0 1 * sun", 168),
        ]
        for (schedule, hours) in pauses {
            #expect(CronGap.longest(of: schedule)?.seconds == hours * 3600, "\(schedule)")
        }
        #expect(CronGap.longest(of: "0 0 30 2 *") == nil && CronGap.longest(of: "daily") == nil)
    }
}
