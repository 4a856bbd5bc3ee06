import Basics
import StackModel

/// How an edge speaks TLS, as lines of HAProxy.
enum EdgeEncryption {
    /// For `global`. What Mozilla calls intermediate.
    static let rules = [
        "    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets prefer-client-ciphers",
        "    ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
            + ":ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
            + ":ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
        "    ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
    ]

    /// What follows the certificate in a `bind`.
    static let options = "alpn h2,http/1.1"

    /// For the frontend that speaks TLS: browsers remember it with any answer, those of the edge itself included.
    static func promise(_ tls: EdgeTLS?) -> [String] {
        guard let hsts = tls?.hsts else { return [] }
        return ["    http-after-response set-header Strict-Transport-Security max-age=\(hsts.milliseconds / 1000)"]
    }

    /// A frontend that sends whoever comes by the plain port to the other one, for good.
    /// - Parameter plain: where it listens.
    static func redirect(_ edge: Edge, plain: String) -> [String] {
        guard edge.tls?.redirectFrom != nil else { return [] }
        let port = edge.listen == 443 ? "" : ":\(edge.listen)"
        return [
            "frontend plain",
            "    bind \(plain)",
            "    http-request redirect code 308 location https://%[req.hdr(host),host_only]\(port)%[pathq]",
            "",
        ]
    }
}
