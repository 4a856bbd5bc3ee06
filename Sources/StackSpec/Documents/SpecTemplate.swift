import StackModel

/// The first spec of a new stack.
package enum SpecTemplate {
    /// What `slipway init` writes: short, commented, and valid as it is.
    package static func initial(name: StackName) -> String {
        """
        # A stack: what runs, how it is updated, and where. All keys: docs/reference/spec.md
        apiVersion: slipway/v1
        stack: \(name)

        services:
          web:
            # Started once per replica; ${port} is the replica's own port, ${host} the address to listen on.
            command: [python3, -m, http.server, "${port}", --bind, "${host}"]
            port: 8000
            replicas: 2
            # A replica gets requests only while it answers 2xx here.
            health: {readiness: /}
            # source: ./web        a folder beside this file, copied into every release
            # env: {GREETING: hello, TOKEN: "${secret:token}"}

          edge:
            kind: edge
            listen: 8080
            routes:
              - {path: /, service: web}

          # cache: {kind: redis, memory: 64MiB}

        # secrets:
        #   token: {kind: random, rotate: 90d}

        # Several environments are laid over the rest; `--env` chooses one.
        # environments:
        #   local: {engine: process}
        #   production: {engine: kubernetes, services: {web: {replicas: 6, image: registry.example.com/web:1.0.0}}}

        """
    }
}
