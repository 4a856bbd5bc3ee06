import Basics

/// Answers requests at one address of this machine.
package protocol HTTPListener: Sendable {
    /// Returns when its task is cancelled. A request is its method and its target, `GET` and `/metrics?stack=shop/local`.
    /// Throws `engineFailed` when nobody can be heard at the address, as when it is taken.
    func serve(
        host: String,
        port: Int,
        _ answer: @escaping @Sendable (_ method: String, _ target: String) async -> HTTPReply
    ) async throws(ReportableError)
}
