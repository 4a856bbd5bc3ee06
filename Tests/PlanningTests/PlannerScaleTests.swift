import Basics
import Foundation
import Planning
import StackModel
import TestKit
import Testing

/// How long it takes to look at many replicas and to plan for them.
@Suite(.serialized) struct PlannerScaleTests {
    private static let services: [ServiceName] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10"]

    #if DEBUG
        private static let bound = Duration.seconds(10)
    #else
        private static let bound = Duration.seconds(1)
    #endif

    enum Situation: String, CaseIterable {
        case upFromNothing = "up from nothing"
        case update = "an update of all"
        case nothing = "nothing to do"
    }

    @Test(
        "10,000 replicas are observed and planned in time, and the time grows with their number",
        arguments: Situation.allCases
    )
    func scale(situation: Situation) throws {
        let small = try time(situation, replicas: 1000)
        let large = try time(situation, replicas: 10_000)
        print("observe and plan, \(situation.rawValue): 1,000 replicas \(small.text), 10,000 replicas \(large.text)")
        #expect(large < Self.bound)
        #expect(large < max(small * 12, .milliseconds(20)))
    }

    /// Processor time of this thread, and the best of five: other tests and other programs run beside this one.
    private func time(_ situation: Situation, replicas: Int) throws -> Duration {
        let target = DesiredStack(stack(version: 2, replicas: replicas).release)
        let engine = FakeEngine()
        let before = stack(version: situation == .update ? 1 : 2, replicas: replicas).release
        if situation != .upFromNothing { engine.change(before.stack.id) { $0.fill(DesiredStack(before)) } }
        var best = Duration.seconds(3600)
        for _ in 0..<5 {
            let start = threadTime()
            let observed = engine.world(of: before.stack.id).observation
            let plan = try Planner.plan(
                PlanRequest(purpose: .deploy, target: target.release),
                observed: observed
            )
            best = min(best, threadTime() - start)
            #expect(plan.isEmpty == (situation == .nothing))
        }
        return best
    }

    private func threadTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private func stack(version: Int, replicas: Int) -> RandomRelease {
        var parts = Self.services.map { RandomRelease.Part(name: $0, flavour: .app) }
        for index in parts.indices {
            parts[index].version = version
            parts[index].replicas = replicas / parts.count
            parts[index].rollout = Rollout(maxSurge: .share(Percent(thousandths: 25_000)))
            parts[index].dependsOn = index % 3 == 2 ? [parts[index - 1].name] : []
        }
        var edge = RandomRelease.Part(name: "edge", flavour: .edge)
        edge.routes = Self.services
        return RandomRelease(parts: parts + [edge])
    }
}

extension Duration {
    fileprivate var text: String { "\(Int(self / .milliseconds(1))) ms" }
}

extension SimulatedWorld {
    /// Puts a whole release in place at once.
    fileprivate mutating func fill(_ desired: DesiredStack) {
        for service in desired.services {
            for number in 1...max(1, service.service.replicas) {
                let id = ReplicaID(service.name, number)
                replicas[id] = ObservedReplica(
                    id: id,
                    revision: service.revision,
                    configuration: service.configuration,
                    release: desired.release.number,
                    traffic: service.name == "edge" ? .none : .admitted
                )
            }
        }
    }
}
