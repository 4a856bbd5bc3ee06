import ArgumentParser
import Basics
import Orchestration
import StackModel
import Synchronization

enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
    case auto, tty, plain, json
}

/// Shows a person, or a program, how an operation goes. Safe to call from any task, and never waits for the terminal.
final class ProgressDisplay: Sendable {
    private let renderer: any ProgressRenderer
    private let console: Console
    private let began = ContinuousClock.now
    private let isOver = Mutex(false)

    init(style: ProgressStyle, console: Console) {
        self.console = console
        self.renderer =
            switch style {
            case .json: JSONProgress()
            case .tty: TreeProgress(style: console.noteStyle) { console.screen }
            case .auto where console.canRedraw: TreeProgress(style: console.noteStyle) { console.screen }
            case .plain, .auto: PlainProgress(style: console.noteStyle)
            }
    }

    func show(_ event: ProgressEvent) {
        isOver.withLock { _ in write(renderer.text(for: event, at: elapsed)) }
    }

    /// Shows how time goes by, until the task is cancelled.
    func tick() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            isOver.withLock { isOver in
                // A terminal that stands still gets what happened, not that time went by.
                guard !isOver, console.isIdle else { return }
                write(renderer.tick(at: elapsed))
            }
        }
    }

    /// Nothing is drawn over what comes after this.
    func finish() { isOver.withLock { $0 = true } }

    private var elapsed: TimeSpan {
        let time = began.duration(to: .now).components
        return TimeSpan(milliseconds: Int(time.seconds) * 1000 + Int(time.attoseconds / 1_000_000_000_000_000))
    }

    private func write(_ text: String) {
        guard !text.isEmpty else { return }
        // What a program reads stands alone on standard output.
        renderer.isForPrograms ? console.result(text) : console.draw(text)
    }
}

/// Turns an event into what is written for it. Keeps its own state; calls never overlap.
protocol ProgressRenderer: Sendable {
    /// It goes to standard output, a line at a time and without the line's end.
    var isForPrograms: Bool { get }
    /// `time` is counted from when the display began.
    func text(for event: ProgressEvent, at time: TimeSpan) -> String
    /// What is written when nothing happened but time.
    func tick(at time: TimeSpan) -> String
}

extension ProgressRenderer {
    var isForPrograms: Bool { false }
    func tick(at time: TimeSpan) -> String { "" }
}
