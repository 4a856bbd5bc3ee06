import Basics

/// How the kubelet asks a container.
struct ContainerProbe {
    enum Handler {
        /// With a `Host` in place of the pod's address, which no app knows for its own.
        case http(path: String, host: String? = nil)
        case tcp
        case exec([String])
    }

    var handler: Handler
    var period: Int
    var timeout: Int
    var failures: Int

    init(_ handler: Handler, period: Int = 10, timeout: Int = 3, failures: Int = 3) {
        self.handler = handler
        self.period = period
        self.timeout = timeout
        self.failures = failures
    }

    /// Asks the port by its name; nothing where there is none to ask. No `host`: Pod Security forbids it.
    func object(port: String?) -> ManifestValue {
        guard let action = action(port) else { return nil }
        return action.merging([
            "periodSeconds": .integer(period),
            "timeoutSeconds": .integer(timeout),
            "failureThreshold": .integer(failures),
        ])
    }

    private func action(_ port: String?) -> ManifestValue? {
        switch handler {
        case .http(let path, let host): port.map { ["httpGet": get(path, $0, host)] }
        case .tcp: port.map { ["tcpSocket": ["port": .text($0)]] }
        case .exec(let command): ["exec": ["command": .texts(command)]]
        }
    }

    private func get(_ path: String, _ port: String, _ host: String?) -> ManifestValue {
        [
            "path": .text(path), "port": .text(port),
            "httpHeaders": host.map { [["name": "Host", "value": .text($0)]] } ?? .absent,
        ]
    }
}

extension TimeSpan {
    /// Whole seconds, rounded up: Kubernetes knows no smaller ones.
    var wholeSeconds: Int { (milliseconds + 999) / 1000 }
}
