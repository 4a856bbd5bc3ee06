import Basics
import StackModel
import Testing

@testable import Manifests

@Suite("Volumes of an app")
struct AppVolumeTests {
    private static func stack(_ engine: EngineKind, replicas: Int = 1, autoscale: Autoscale? = nil) -> Stack {
        var stack = ComposeStack.stack {
            $0.command = ["run", "--uploads=\(.mount("uploads"))"]
            $0.env["NEW"] = "\(.mount("uploads"))/new"
            $0.autoscale = autoscale
            $0.volumes = [
                AppVolume(name: "uploads", path: "/srv/$uploads", storage: ByteCount(bytes: 5 << 30)),
                AppVolume(name: "run", path: "/srv/run", storage: ByteCount(bytes: 1 << 30)),
            ]
        }
        stack.engine = engine
        for index in stack.services.indices where stack.services[index].name == "api" {
            stack.services[index].replicas = replicas
            stack.services[index].dependsOn = []
        }
        return stack
    }

    @Test("are named volumes of a Compose project, where the app sees them")
    func compose() throws {
        let parts = try ComposeManifests.parts(of: Self.stack(.docker))
        let api = try #require(parts.first { $0.service.name == "api" })
        #expect(
            api.object["volumes"] == [
                ["type": "volume", "source": "api.uploads", "target": "/srv/$$uploads"],
                ["type": "volume", "source": "api.run", "target": "/srv/run"],
            ]
        )
        #expect(api.entrypoint == ["run", "--uploads=/srv/$$uploads"])
        #expect(api.environment["NEW"] == "/srv/$$uploads/new")
        let volumes = ComposeFile(services: parts).document["volumes"]
        #expect(volumes?["api.uploads"] == .map([]) && volumes?["api.run"] == .map([]))
        let paths = StackManifests.omissions(of: Self.stack(.docker), for: .compose).map {
            $0.path.joined(separator: ".")
        }
        #expect(paths.contains("services.api.volumes.uploads.storage"))
        #expect(paths.contains("services.api.volumes.run.path"))
    }

    @Test("are claims of one pod's own, which is gone before its successor comes")
    func kubernetesAlone() throws {
        let stack = Self.stack(.kubernetes)
        let objects = try KubernetesObjects(stack)
        let claim = try #require(objects.one("PersistentVolumeClaim", "api.uploads"))
        #expect(claim["spec"]?["accessModes"] == ["ReadWriteOnce"])
        #expect(claim.at("spec.resources.requests.storage") == ["5Gi"])
        let deployment = try #require(objects.one("Deployment", "api"))
        #expect(deployment["spec"]?["strategy"] == ["type": "Recreate"])
        let container = try #require(deployment.podTemplate?.at("spec.containers.*").first ?? nil)
        #expect(container["command"] == ["run", "--uploads=/srv/$$uploads"])
        let names = container.at("volumeMounts.*.name").compactMap { $0?.string }
        #expect(names == ["tmp", "run", "volume-uploads", "volume-run"])
        #expect(deployment.podTemplate?.at("spec.securityContext.fsGroup") == [.integer(PodSpec.user)])
        #expect(
            Self.omissions(stack) == [
                "rollout.strategy: one pod at a time has its volume: the old one ends before the new one"
            ]
        )
        #expect(objects.kustomization["resources"]?.elements.contains("api/volumes.yaml") == true)
    }

    @Test("are shared where there are, or may be, several pods, and it is said what that takes")
    func kubernetesShared() throws {
        let autoscale = Autoscale(minimum: 1, maximum: 3, cpu: Percent(thousandths: 50_000))
        for stack in [Self.stack(.kubernetes, replicas: 2), Self.stack(.kubernetes, autoscale: autoscale)] {
            let objects = try KubernetesObjects(stack)
            let claims = objects.all("PersistentVolumeClaim").filter { $0.name.hasPrefix("api.") }
            #expect(claims.count == 2 && claims.allSatisfy { $0["spec"]?["accessModes"] == ["ReadWriteMany"] })
            let deployment = try #require(objects.one("Deployment", "api"))
            #expect(deployment["spec"]?["strategy"]?["type"] == "RollingUpdate")
            let meaning = "several pods use it at once, so the class of its storage must offer ReadWriteMany"
            #expect(Self.omissions(stack) == ["volumes.uploads.path: \(meaning)", "volumes.run.path: \(meaning)"])
        }
    }

    @Test("lie beside the replicas of the process engine, which share them")
    func process() throws {
        var stack = Self.stack(.process, replicas: 3)
        for index in stack.services.indices where stack.services[index].name == "api" {
            guard case .app(var app) = stack.services[index].kind else { continue }
            app.source = nil
            stack.services[index].kind = .app(app)
        }
        let template = try ProcessManifests.template(
            of: try #require(stack.service("api")),
            ManifestInputs(stack: stack, addresses: ShopStack.addresses, sources: [:], secrets: [:])
        )
        #expect(template.volume == Volume(shared: ["run", "uploads"]))
        #expect(template.command.last?.source == "--uploads=${volume:uploads}")
    }

    /// What is said of the app's volumes and of how it is updated.
    private static func omissions(_ stack: Stack) -> [String] {
        StackManifests.omissions(of: stack, for: .kubernetes)
            .filter { $0.service == "api" && ($0.key[0] == "volumes" || $0.key == ["rollout", "strategy"]) }
            .map { "\($0.key.joined(separator: ".")): \($0.meaning)" }
    }
}
