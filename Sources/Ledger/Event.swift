import Basics
import StackModel

/// One entry of the audit chain: something that was recorded, when, and about which stack. Never a secret's value.
struct Event: Codable, Sendable {
    /// Counts from one over the whole ledger; a gap means that entries were taken out.
    let number: Int
    let stack: StackID
    let at: Instant
    let fact: Fact

    enum Fact: Codable, Sendable {
        case releaseRecorded(number: Int, digest: Digest, by: String)
        case operationBegan(operation: Int, purpose: Plan.Purpose, release: Int, plan: Digest, epoch: Int, by: String)
        case operationTakenOver(operation: Int, epoch: Int, owner: OwnerID)
        case stepBegan(operation: Int, step: Int)
        case stepEnded(operation: Int, step: Int, state: StepState, failure: String?)
        case releaseActivated(number: Int, operation: Int)
        case operationEnded(operation: Int, state: Operation.State, failure: String?)
        case secretLabelled(name: SecretName, version: Int, label: SecretLabel)
    }
}
