import Basics
import Foundation
import Manifests
import StackModel
import StackSpec
import Testing
import Yams

@testable import ComposeImport

/// From a Compose file to a spec and back to a Compose file: what is there before is there after, but for what is named
/// here, one by one.
@Suite("A round trip")
struct RoundTripTests {
    /// What differs, by sample. Whatever else differs is a mistake.
    static let exceptions: [String: Set<String>] = [
        // A data service is private, and everybody logs in to a Redis.
        "counter": ["redis: port 6379", "web: secret REDIS_URL"],
        // The edge takes nginx's place, Slipway names the user of the database, and a volume has one service.
        "django": [
            "nginx: image haproxy:3.2", "nginx: no volume /home/app/web/staticfiles",
            "worker: no volume /home/app/web/mediafiles", "db: another check", "web: SQL_USER db_app",
            "worker: SQL_USER db_app", "web: secret SQL_PASSWORD", "worker: secret SQL_PASSWORD",
            "web: secret SECRET_KEY", "worker: secret SECRET_KEY", "web: secret CELERY_BROKER_URL",
            "worker: secret CELERY_BROKER_URL", "web: secret DATABASE_URL",
        ],
        // The check reads the password from the environment.
        "blog": [
            "db: port 127.0.0.1:3306", "db: another check", "db: secret MYSQL_PASSWORD",
            "db: secret MYSQL_ROOT_PASSWORD", "wordpress: secret WORDPRESS_DB_PASSWORD",
            "wordpress: secret WORDPRESS_AUTH_KEY",
        ],
        // Companions come by themselves, and what watches the machine is none of the stack's.
        "monitoring": [
            "alertmanager: service", "alertmanager: port 9093", "nodeexporter: service", "cadvisor: service",
            "cadvisor: port 8080", "redis-exporter: service", "prometheus: port 9090", "grafana: port 3000",
            "api: secret CACHE_PASSWORD",
        ],
        // `yes` is a text to Compose, and true to this test's reader of YAML; nobody sets RELEASE.
        "shopfront": [
            "proxy: image haproxy:3.2", "db: port 127.0.0.1:5432", "db: another check", "backend: AUTH_ENABLED yes",
            "backend: DATABASE_USER db_app", "backend: RELEASE ",
            "backend: secret DATABASE_PASSWORD", "backend: secret JWT_SECRET",
            "backend: secret MAIL_URL", "migrate: secret DATABASE_URL",
        ],
        "microservices": [
            "rabbitmq: port 5672", "rabbitmq: port 15672", "rabbitmq: secret RABBITMQ_DEFAULT_PASS",
            "mongo: secret MONGO_INITDB_ROOT_PASSWORD", "users: secret DATABASE_URL", "users: secret AMQP_URL",
            "orders: secret AMQP_URL", "orders: secret MONGO_URL",
        ],
        "legacy": [
            "Web_App: called web-app", "my_db: called my-db", "Web_App: DB_HOST my-db", "Web_App: secret DB_PASS",
            "Web_App: TZ ",
            "my_db: secret MYSQL_PASSWORD", "my_db: secret MYSQL_ROOT_PASSWORD",
        ],
        // The official Redis keeps its data elsewhere than bitnami's, and what a profile starts has no door.
        "workshop": [
            "redis: image redis:7.2", "redis: no volume /bitnami/redis/data", "adminer: port 127.0.0.1:8081",
            "web: no STRIPE_API_KEY_FILE", "worker: no STRIPE_API_KEY_FILE", "console: no STRIPE_API_KEY_FILE",
            "web: secret DATABASE_URL", "worker: secret DATABASE_URL", "console: secret DATABASE_URL",
            "web: secret REDIS_URL", "worker: secret REDIS_URL", "console: secret REDIS_URL",
            "web: secret SECRET_KEY_BASE", "worker: secret SECRET_KEY_BASE", "console: secret SECRET_KEY_BASE",
        ],
    ]

    @Test("keeps services, images, environment, volumes, ports and health checks", arguments: Sample.all)
    func keeps(_ sample: Sample) throws {
        let before = try ComposeTree(text: sample.text(sample.file), environmentFiles: sample)
        let stack = try #require(sample.loaded(try sample.imported()).stack)
        let files = try StackManifests.files(of: stack, for: .compose)
        let rendered = try #require(files.first { $0.path == "compose.yaml" }).content
        let after = try ComposeTree(text: rendered)
        let differences = ComposeDifference(before: before, after: after, project: stack.name.text).list
        let expected = Self.exceptions[sample.folder] ?? []
        #expect(
            differences.subtracting(expected).isEmpty,
            "lost: \(differences.subtracting(expected).sorted().joined(separator: "\n"))"
        )
        #expect(
            expected.subtracting(differences).isEmpty,
            "kept after all: \(expected.subtracting(differences).sorted())"
        )
    }
}
