import Basics
import StackModel
import Testing

@testable import Manifests

@Suite("What the container of an app is allowed")
struct AppSecurityTests {
    private static let root = AppSecurity(
        user: 0,
        readOnlyRoot: false,
        capabilities: [.setUser, .changeOwner, .setGroup, .changeOwner]
    )

    private static func stack(
        _ security: AppSecurity?,
        image: String = "example/db:1",
        command: [Template] = [],
        user: String? = nil
    ) -> Stack {
        let app = App(image: image, command: command, port: 3306, user: user, security: security)
        return Stack(
            name: "test",
            environment: "test",
            engine: .kubernetes,
            services: [Service(name: "db", kind: .app(app))]
        )
    }

    private static func compose(_ stack: Stack) throws -> ManifestValue {
        try #require(try ComposeManifests.parts(of: stack).first).object
    }

    private static func omissions(_ stack: Stack, _ target: ManifestTarget) -> [String: String] {
        let found = StackManifests.omissions(of: stack, for: target).map {
            ($0.path.joined(separator: "."), $0.meaning)
        }
        return Dictionary(found) { first, _ in first }
    }

    @Test("is nothing, where nothing is said")
    func isShut() throws {
        let object = try Self.compose(Self.stack(nil))
        #expect(object["read_only"] == true && object["cap_add"] == nil && object["user"] == nil)
        #expect(object["tmpfs"] == ["/tmp"])
        let set = try KubernetesObjects(Self.stack(nil))
        let pod = try #require(set.one("Deployment", "db")?.podTemplate?["spec"])
        #expect(pod["securityContext"]?["runAsUser"] == 10_001)
        #expect(pod.at("containers.*.securityContext.capabilities.add") == [nil])
        #expect(
            set.all("Namespace").first?["metadata"]?["labels"]?["pod-security.kubernetes.io/enforce"] == "restricted"
        )
    }

    @Test("is in a Compose file what the spec says, without the folder in memory that a closed root needs")
    func compose() throws {
        let object = try Self.compose(Self.stack(Self.root))
        #expect(object["user"] == "0:0" && object["read_only"] == false && object["tmpfs"] == nil)
        #expect(object["cap_drop"] == ["ALL"] && object["cap_add"] == ["CHOWN", "SETGID", "SETUID"])
        #expect(object["security_opt"] == ["no-new-privileges:true"])
        let other = try Self.compose(Self.stack(AppSecurity(user: 1000, group: 50)))
        #expect(other["user"] == "1000:50" && other["read_only"] == true)
    }

    @Test("on Kubernetes takes the namespace as far as it must go, and says for whom")
    func kubernetes() throws {
        let set = try KubernetesObjects(Self.stack(Self.root))
        let pod = try #require(set.one("Deployment", "db")?.podTemplate?["spec"])
        let context = pod["securityContext"]
        #expect(context?["runAsUser"] == 0 && context?["runAsGroup"] == 0 && context?["runAsNonRoot"] == false)
        #expect(context?["fsGroup"] == nil && context?["seccompProfile"]?["type"] == "RuntimeDefault")
        let container = try #require(pod["containers"]?.elements.first)
        let walls = container["securityContext"]
        #expect(walls?["readOnlyRootFilesystem"] == false && walls?["allowPrivilegeEscalation"] == false)
        #expect(walls?["capabilities"] == ["add": ["CHOWN", "SETGID", "SETUID"], "drop": ["ALL"]])
        #expect(container["volumeMounts"] == nil)
        let labels = set.all("Namespace").first?["metadata"]?["labels"]
        for mode in ["enforce", "audit", "warn"] {
            #expect(labels?["pod-security.kubernetes.io/\(mode)"] == "baseline")
        }
        let meaning = Self.omissions(Self.stack(Self.root), .kubernetes)["services.db.security"]
        #expect(meaning?.contains("does not admit db, so the namespace is labelled `baseline`") == true)
    }

    @Test(
        "keeps to `restricted` as far as that reaches",
        arguments: [
            (AppSecurity(user: 1000), true), (AppSecurity(readOnlyRoot: false), true),
            (AppSecurity(capabilities: [.bindLowPorts]), true), (AppSecurity(user: 0), false),
            (AppSecurity(capabilities: [.changeOwner]), false),
        ]
    )
    func isRestricted(_ security: AppSecurity, _ expected: Bool) throws {
        let set = try KubernetesObjects(Self.stack(security))
        let level = set.all("Namespace").first?["metadata"]?["labels"]?["pod-security.kubernetes.io/enforce"]
        #expect(level == (expected ? "restricted" : "baseline"))
        #expect((Self.omissions(Self.stack(security), .kubernetes)["services.db.security"] == nil) == expected)
        let context = try #require(set.one("Deployment", "db")?.podTemplate?["spec"]?["securityContext"])
        let user = context["runAsUser"]?.number
        #expect(context["fsGroup"]?.number == (user == 0 ? nil : user))
    }

    @Test("is missing where an image is known to start as root: each such service is named, with what to write")
    func namesImages() {
        let known = [
            "mysql", "mariadb:11", "docker.io/library/wordpress:6@sha256:\(String(repeating: "a", count: 64))",
            "registry.example.com:5000/team/rabbitmq:4", "gitea/gitea:1.24", "nextcloud",
        ]
        for image in known {
            for target in [ManifestTarget.compose, .kubernetes] {
                let meaning = Self.omissions(Self.stack(nil, image: image), target)["services.db.image"]
                #expect(
                    meaning?.hasSuffix(
                        "`security: {user: 0, readOnlyRoot: false, capabilities: "
                            + "[CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID]}`"
                    ) == true,
                    "\(image)"
                )
            }
        }
        for (program, isNamed) in [("docker-entrypoint.sh", true), ("/cron.sh", false)] {
            let stack = Self.stack(nil, image: "mariadb:11", command: [Template(program), Template("--x")])
            #expect((Self.omissions(stack, .compose)["services.db.image"] != nil) == isNamed)
        }
        for image in ["example/api:1", "bitnami/mysql:9", "nginxinc/nginx-unprivileged", "gitea/gitea:1.24-rootless"] {
            #expect(Self.omissions(Self.stack(nil, image: image), .compose)["services.db.image"] == nil, "\(image)")
        }
        #expect(Self.omissions(Self.stack(AppSecurity(), image: "mysql"), .compose)["services.db.image"] == nil)
    }

    @Test("of an image that writes into its own directories is that it may")
    func namesWriters() {
        let stack = Self.stack(nil, image: "docker.elastic.co/elasticsearch/elasticsearch:8.15.0")
        let meaning = Self.omissions(stack, .compose)["services.db.image"]
        #expect(meaning?.contains("`security: {readOnlyRoot: false}`") == true)
        let said = Self.stack(AppSecurity(readOnlyRoot: false), image: "elasticsearch:8")
        #expect(Self.omissions(said, .compose)["services.db.image"] == nil)
    }

    @Test("is missing where a command begins with the entry point of such an image too")
    func namesEntryPoints() {
        let own =
            [["docker-entrypoint.sh", "mysqld"], ["/usr/local/bin/docker-entrypoint.sh"], ["/init"]]
            + [["sh", "-c", "sleep 1; exec docker-entrypoint.sh mysqld"], ["/bin/bash", "-euc", "/entrypoint.sh x"]]
        for words in own {
            let stack = Self.stack(nil, image: "mysql:8", command: words.map { Template($0) })
            #expect(Self.omissions(stack, .compose)["services.db.image"] != nil, "\(words)")
        }
        for words in [["mysqld"], ["/usr/bin/initdb"], ["/"], [""], ["sh", "-c", "exec mysqld"]] {
            let stack = Self.stack(nil, image: "mysql:8", command: words.map { Template($0) })
            #expect(Self.omissions(stack, .compose)["services.db.image"] == nil, "\(words)")
        }
    }

    @Test("is not asked of what is no name of an image", arguments: ["@", "", "@sha256:0", "/", ":"])
    func survives(_ image: String) {
        for target in [ManifestTarget.compose, .kubernetes] {
            #expect(Self.omissions(Self.stack(nil, image: image), target)["services.db.image"] == nil)
        }
    }

    @Test("and the user of the process engine are two things: one that is not said for containers is named")
    func users() {
        for target in [ManifestTarget.compose, .kubernetes] {
            #expect(Self.omissions(Self.stack(nil, user: "shop"), target)["services.db.user"] != nil)
            let both = Self.stack(AppSecurity(user: 1000), user: "shop")
            #expect(Self.omissions(both, target)["services.db.user"] == nil)
        }
        let idle = Self.stack(AppSecurity(capabilities: [.changeOwner]))
        let lost = StackManifests.omissions(of: idle, for: .kubernetes).first {
            $0.key == ["security", "capabilities"]
        }
        #expect(lost?.remedy?.contains("`user: 0`") == true)
    }
}
