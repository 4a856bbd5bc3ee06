import Basics

/// What has to be there before a change can be carried out, made under the stack's lock by whoever holds it.
package struct Preparation: Sendable {
    /// Touches nothing that is live.
    let prepare: @Sendable (_ note: @escaping @Sendable (String) -> Void) async throws(ReportableError) -> Void
    /// Takes away what was prepared and not used. Called when the change came to nothing.
    let discard: @Sendable () async -> Void
}
