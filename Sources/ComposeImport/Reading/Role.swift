/// What a service of a Compose file becomes, told by its image.
enum Role: Hashable {
    case app
    /// A program that keeps data and that Slipway has no kind for: an app, reached from inside alone.
    case data
    case redis, postgres, prometheus, grafana
    case edge
    /// Slipway starts one of its own.
    case companion(of: String)
    /// It watches the machine, with mounts of the machine's own folders.
    case machineWatcher

    init(_ image: ImageReference?) {
        self = image.map(Self.role) ?? .app
    }

    /// It has a kind of its own in a spec.
    var isTyped: Bool {
        switch self {
        case .redis, .postgres, .prometheus, .grafana, .edge: true
        case .app, .data, .companion, .machineWatcher: false
        }
    }

    /// A program with an address and, where it has one, a port that a spec declares.
    var isApp: Bool { self == .app || self == .data }

    /// The word for `kind:`; nil where none is written, or nothing at all.
    var kind: String? {
        switch self {
        case .redis: "redis"
        case .postgres: "postgres"
        case .prometheus: "prometheus"
        case .grafana: "grafana"
        case .edge: "edge"
        case .app, .data, .companion, .machineWatcher: nil
        }
    }

    /// The port that a kind of its own is reached at.
    var ownPort: Int? {
        switch self {
        case .redis: 6379
        case .postgres: 5432
        case .prometheus: 9090
        case .grafana: 3000
        case .app, .data, .edge, .companion, .machineWatcher: nil
        }
    }

    private static func role(_ image: ImageReference) -> Role {
        let repository =
            image.repository.hasPrefix("quay.io/")
            ? String(image.repository.dropFirst(8)).replacing("prometheus/", with: "prom/", maxReplacements: 1)
            : image.repository
        if let role = byRepository[repository] { return role }
        if proxies.contains(repository) { return .edge }
        return KnownImage.dataPorts[image.program] == nil ? .app : .data
    }

    private static let byRepository: [String: Role] = [
        "redis": .redis, "bitnami/redis": .redis, "bitnamilegacy/redis": .redis,
        "postgres": .postgres, "postgis/postgis": .postgres, "pgvector/pgvector": .postgres,
        "bitnami/postgresql": .postgres, "bitnamilegacy/postgresql": .postgres,
        "prom/prometheus": .prometheus,
        "grafana/grafana": .grafana, "grafana/grafana-oss": .grafana, "grafana/grafana-enterprise": .grafana,
        "oliver006/redis_exporter": .companion(of: "Redis"),
        "bitnami/redis-exporter": .companion(of: "Redis"),
        "prometheuscommunity/postgres-exporter": .companion(of: "Postgres"),
        "wrouesnel/postgres_exporter": .companion(of: "Postgres"),
        "bitnami/postgres-exporter": .companion(of: "Postgres"),
        "prom/alertmanager": .companion(of: "Prometheus"),
        "prom/node-exporter": .machineWatcher,
        "gcr.io/cadvisor/cadvisor": .machineWatcher, "google/cadvisor": .machineWatcher,
    ]

    private static let proxies: Set = [
        "nginx", "nginxinc/nginx-unprivileged", "haproxy", "haproxytech/haproxy-alpine",
        "haproxytech/haproxy-debian", "traefik", "caddy", "nginxproxy/nginx-proxy", "jwilder/nginx-proxy",
    ]
}

/// What is known of the images that Compose files are made of.
enum KnownImage {
    /// Programs that keep data, and the port they serve on.
    static let dataPorts: [String: Int] = [
        "mysql": 3306, "mysql-server": 3306, "mariadb": 3306, "percona": 3306, "percona-server": 3306,
        "mongo": 27017, "mongodb": 27017, "rabbitmq": 5672, "memcached": 11211, "elasticsearch": 9200,
        "opensearch": 9200, "minio": 9000, "clickhouse-server": 8123, "kafka": 9092, "cp-kafka": 9092,
        "zookeeper": 2181, "cp-zookeeper": 2181, "valkey": 6379, "redis-stack": 6379, "redis-stack-server": 6379,
        "keydb": 6379, "dragonfly": 6379, "timescaledb": 5432, "timescaledb-ha": 5432, "nats": 4222,
        "eclipse-mosquitto": 1883, "couchdb": 5984, "cassandra": 9042, "influxdb": 8086, "neo4j": 7474,
    ]

    /// Others that listen where nothing else in the file may say so.
    static let appPorts: [String: Int] = [
        "wordpress": 80, "adminer": 8080, "phpmyadmin": 80, "mailhog": 8025, "mailpit": 8025, "httpd": 80,
        "nginx": 80, "nginx-unprivileged": 8080, "caddy": 80, "ghost": 2368, "nextcloud": 80, "drupal": 80,
        "gitea": 3000, "forgejo": 3000, "keycloak": 8080, "n8n": 5678,
        "metabase": 3000, "uptime-kuma": 3001, "redis-commander": 8081, "pgadmin4": 80, "mongo-express": 8081,
        "registry": 5000, "jenkins": 8080,
    ]

    static func port(of image: ImageReference?) -> Int? {
        guard let image else { return nil }
        if image.program == "wordpress" || image.program == "nextcloud", image.tag.contains("fpm") { return 9000 }
        return dataPorts[image.program] ?? appPorts[image.program]
    }

    /// Images whose own start is the script `docker-entrypoint.sh`, which readies the data and then runs a command.
    static func hasStartScript(_ image: ImageReference?) -> Bool {
        guard let image else { return false }
        let official: Set = [
            "mysql", "mariadb", "mongo", "rabbitmq", "memcached", "wordpress", "cassandra", "zookeeper", "couchdb",
            "ghost", "drupal",
        ]
        return image.isOfficial && official.contains(image.program) || image.repository == "minio/minio"
            || image.repository == "valkey/valkey"
    }

    /// Images that run a command as it is written.
    static func runsPlainly(_ image: ImageReference?) -> Bool {
        guard let image else { return false }
        let official: Set = [
            "python", "node", "ruby", "golang", "php", "perl", "alpine", "debian", "ubuntu", "busybox", "fedora",
            "rockylinux", "rust", "openjdk", "amazoncorretto", "maven", "gradle",
        ]
        return image.isOfficial && official.contains(image.program)
    }

    /// Images that read `NAME_FILE` as the file that holds the value of `NAME`.
    static func readsFilesOfVariables(_ image: ImageReference?) -> Bool {
        guard let image else { return false }
        return image.isOfficial
            && ["mysql", "mariadb", "mongo", "rabbitmq", "wordpress", "nextcloud", "drupal"].contains(image.program)
    }
}
