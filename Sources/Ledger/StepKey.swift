import Basics
import StackModel

/// Names the effect of a step, so that an engine finds what an earlier attempt made and a step that crashes over and
/// over is known again. Holds no attempt number, no time, no position in a plan and no purpose: what a deploy and the
/// way back to the same release do is the same.
package enum StepKey {
    package static func of(_ step: Step, in plan: Plan) -> Digest {
        struct Essence: Encodable {
            let stack: StackID
            let release: Digest
            let action: Action
        }
        return Digest(
            ofCanonical: Essence(stack: plan.stack, release: plan.releaseDigest, action: step.action)
        )
    }
}
