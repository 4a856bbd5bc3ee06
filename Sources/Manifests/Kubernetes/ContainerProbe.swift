import Basics

/// How the kubelet asks a container.
struct ContainerProbe {
    enum Handler {
        case http(path: String)
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
        case .http(let path): port.map { ["httpGet": ["path": .text(path), "port": .text($0)]] }
        case .tcp: port.map { ["tcpSocket": ["port": .text($0)]] }
        case .exec(let command): ["exec": ["command": .texts(command)]]
        }
    }
}

extension TimeSpan {
    /// Whole seconds, rounded up: Kubernetes knows no smaller ones.
    var wholeSeconds: Int { (milliseconds + 999) / 1000 }
}
