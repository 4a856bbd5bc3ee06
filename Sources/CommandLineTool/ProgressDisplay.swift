import ArgumentParser
import Basics
import Orchestration
import StackModel
import Synchronization

enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
    case auto, tty, plain, json
}

/// Shows a person, or a program, how an operation goes. Safe to call from any task.
final class ProgressDisplay: Sendable {
    private let renderer: any ProgressRenderer
    private let console: Console
    private let lock = Mutex(())

    init(style: ProgressStyle, console: Console) {
        self.console = console
        self.renderer =
            switch style {
            case .json: JSONProgress()
            case .plain: PlainProgress(style: console.style)
            case .tty: TreeProgress(style: console.style)
            case .auto: console.canRedraw ? TreeProgress(style: console.style) : PlainProgress(style: console.style)
            }
    }

    func show(_ event: ProgressEvent) {
        lock.withLock { _ in console.draw(renderer.text(for: event)) }
    }

    /// Leaves the cursor below what was drawn.
    func finish() {
        lock.withLock { _ in console.draw(renderer.farewell()) }
    }
}

/// Turns an event into what is written for it. Keeps its own state; calls never overlap.
protocol ProgressRenderer: Sendable {
    func text(for event: ProgressEvent) -> String
    func farewell() -> String
}

extension ProgressRenderer {
    func farewell() -> String { "" }
}
