import Basics
import Interfaces
import StackModel

/// Somebody who is told of every result by a POST of its JSON.
package struct Webhook: Sendable {
    /// It may hold a token, so it is never printed.
    let url: Redacted<String>
    let http: any HTTPTransport

    private static let attempts = 3

    package init(url: Redacted<String>, http: any HTTPTransport) {
        self.url = url
        self.http = http
    }

    /// Tries three times. That nobody was reached changes nothing about the result, and is said.
    func post(_ result: RunResult, _ note: (String) -> Void) async {
        let request = HTTPRequest(
            "POST",
            url.reveal(),
            headers: ["Content-Type": "application/json"],
            body: Array(CanonicalJSON.encode(result))
        )
        for attempt in 1...Self.attempts {
            guard let reply = try? await http.send(request), reply.succeeded else {
                try? await Task.sleep(for: .seconds(attempt))
                continue
            }
            return
        }
        note("the webhook was not reached; it was to learn of \(result.stack) \(result.policy)")
    }
}
