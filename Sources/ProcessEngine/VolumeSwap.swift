import Basics
import CLinux
import StackModel

/// Lets two data directories of a service change places, in one instant, so that a crash leaves one or the other in
/// place and never none.
///
/// Which of them is live is told by a mark that lies in the directory itself and goes where it goes.
struct VolumeSwap: Sendable {
    let engine: ProcessEngine
    let stack: StackFolder
    let service: ServiceName

    /// Nothing to do when that data is live already. Throws `notFound` when it was never prepared, `needsDecision`
    /// while a replica runs on the live data, `fileFailed`.
    func swapIn(_ name: RestorationName) async throws(ReportableError) {
        let (live, beside) = (stack.volume(service), stack.beside(service, name))
        let service = service
        try await offPool { () throws(ReportableError) in
            guard RestorationMark.read(in: live) != name else { return }
            guard Disk.isDirectory(beside) else {
                throw ReportableError(.notFound, "there is no data \(name) of \(service) to put in place")
            }
            try checkUnused()
            try RestorationMark.write(name, in: beside)
            try exchange(live, beside)
        }
    }

    /// Nothing to do unless the data of that restoration is live. Where there was none before, none is live after it.
    func swapOut(_ name: RestorationName) async throws(ReportableError) {
        let (live, beside) = (stack.volume(service), stack.beside(service, name))
        try await offPool { () throws(ReportableError) in
            guard RestorationMark.read(in: live) == name else { return }
            try checkUnused()
            try exchange(live, beside)
        }
    }

    private func checkUnused() throws(ReportableError) {
        try StackRemoval(engine: engine, stack: stack).checkUnused(service)
    }

    /// Moves the one that is there where the other is missing.
    private func exchange(_ live: String, _ beside: String) throws(ReportableError) {
        let isPair = Disk.exists(live) && Disk.exists(beside)
        if isPair {
            guard exchange_paths(live, beside) == 0 else {
                throw Disk.failure("exchange \(beside) and", live)
            }
        } else if Disk.exists(live) {
            try Disk.move(live, to: beside)
        } else {
            try Disk.move(beside, to: live)
        }
        Disk.sync(directory: Disk.parent(of: live))
        Disk.sync(directory: Disk.parent(of: beside))
    }
}

/// The name of the restoration that a data directory came by, kept in the directory.
enum RestorationMark {
    private static let file = ".slipway-restoration"

    /// nil for data that grew here.
    static func read(in volume: String) -> RestorationName? {
        Disk.text("\(volume)/\(file)").flatMap { RestorationName($0) }
    }

    static func write(_ name: RestorationName, in volume: String) throws(ReportableError) {
        try Disk.write(Array(name.text.utf8), to: "\(volume)/\(file)")
    }
}
