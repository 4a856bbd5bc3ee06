import Basics
import StackModel

extension Apps {
    /// HAProxy in front of `api`.
    static func edge(_ listen: Int) -> ReplicaTemplate {
        ReplicaTemplate(
            service: "edge",
            kind: "edge",
            command: [
                "haproxy", "-W", "-db", "-S", "\(.directory)/master.sock,mode,600", "-f", "\(.directory)/haproxy.cfg",
            ],
            files: [
                RenderedFile(
                    path: "edge.cfg",
                    content: """
                        global
                            stats socket "\(.directory)/runtime.sock" mode 600 level admin expose-fd listeners
                            server-state-file "\(.directory)/servers.state"
                            maxconn 100
                            no strict-limits
                        defaults
                            mode http
                            load-server-state-from-file global
                            timeout connect 1s
                            timeout client 5s
                            timeout server 5s
                        frontend clients
                            bind 127.0.0.1:\(listen)
                            default_backend api
                        backend api
                            option httpchk
                            http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host api
                            http-check expect status 200-299
                            default-server check inter 200ms fastinter 100ms downinter 100ms rise 1 fall 2 pool-max-conn -1 pool-purge-delay 2s
                            # servers of api


                        """,
                    reloadable: true
                )
            ],
            user: .named("haproxy"),
            port: .fixed(listen),
            probe: .edge,
            probeTiming: ProbeTiming(interval: TimeSpan(milliseconds: 100)),
            stop: StopRule(signal: .user1, grace: .seconds(5)),
            reload: .edge
        )
    }
}
