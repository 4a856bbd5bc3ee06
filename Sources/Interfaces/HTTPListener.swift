import Basics

/// Finds an address of this machine at which requests are heard.
package protocol HTTPListener: Sendable {
    /// From its return on clients can connect. Throws `engineFailed` when the address is taken.
    func listen(host: String, port: Int) async throws(ReportableError) -> any HTTPEar
}

/// Answers the requests at one address. It is closed when `serve` returns, which is to be called once.
package protocol HTTPEar: Sendable {
    /// Returns when its task is cancelled. A request is its method and its target, `GET` and `/metrics?stack=shop/local`.
    /// Throws `engineFailed` when nobody can be heard any more.
    func serve(
        _ answer: @escaping @Sendable (_ method: String, _ target: String) async -> HTTPReply
    ) async throws(ReportableError)
}
