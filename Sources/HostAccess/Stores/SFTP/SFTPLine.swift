import Basics
import Interfaces
import Synchronization

/// One connection to a server: an `ssh` that runs, whose input and output are SFTP. Many requests may be on their way at
/// once. The program ends with the last who holds this.
final class SFTPLine: Sendable {
    let additions: Set<String>
    private let mail: SFTPMail
    private let outbox: SFTPOutbox
    private let program: any RunningProgram
    private let tasks: [Task<Void, Never>]

    /// OpenSSH's own limit is a quarter of it.
    private static let packetLimit = 1 << 20
    /// Slow disks sync for minutes; a line that is dead is found out by `ssh` itself.
    private static let patience = Duration.seconds(600)

    private init(
        _ program: any RunningProgram,
        _ outbox: SFTPOutbox,
        _ mail: SFTPMail,
        _ reader: SFTPPackets,
        _ additions: Set<String>
    ) {
        self.program = program
        self.outbox = outbox
        self.mail = mail
        self.additions = additions
        tasks = [
            Task { mail.finish(await Self.deliver(reader, to: mail)) },
            Task { [weak program] in
                while (try? await Task.sleep(for: .seconds(5))) != nil {
                    if mail.silence > Self.patience { program?.kill() }
                }
            },
        ]
    }

    deinit {
        for task in tasks { task.cancel() }
        outbox.close()
        program.kill()
    }

    /// Throws what `ssh` says when there is no way to the server, `storeFailed` when it has not answered in time.
    static func open(_ place: SFTPPlace, _ starter: any ProgramStarter, within time: TimeSpan)
        async throws(ReportableError) -> SFTPLine
    {
        let outbox = SFTPOutbox()
        outbox.put(SFTPRequest.greeting)
        let input = ByteStream { () async throws(ReportableError) in await outbox.take() }
        let program = try await starter.start(place.command, input: input)
        let packets = SFTPPackets(program.output, limit: packetLimit)
        let isLate = Atomic(false)
        let watch = Task {
            guard (try? await Task.sleep(for: time.duration)) != nil else { return }
            isLate.store(true, ordering: .relaxed)
            program.kill()
        }
        defer { watch.cancel() }
        do throws(ReportableError) {
            let additions = try await greeted(by: packets)
            return SFTPLine(program, outbox, SFTPMail(), packets, additions)
        } catch {
            outbox.close()
            program.kill()
            guard isLate.load(ordering: .relaxed) else { throw error }
            throw ReportableError(.storeFailed, "it took the connection and said nothing for \(time)")
        }
    }

    private static func greeted(by packets: SFTPPackets) async throws(ReportableError) -> Set<String> {
        guard let packet = try await packets.next() else {
            throw ReportableError(.storeFailed, "the server has closed the connection")
        }
        var fields = SFTPScanner(packet[...])
        guard try fields.byte() == 2, try fields.number() == 3 else { throw SFTPScanner.nonsense }
        var additions: Set<String> = []
        while !fields.isAtEnd {
            additions.insert(try fields.text())
            _ = try fields.data()
        }
        return additions
    }

    /// Returns why it has ended.
    private static func deliver(_ packets: SFTPPackets, to mail: SFTPMail) async -> ReportableError {
        do throws(ReportableError) {
            while let packet = try await packets.next() {
                var fields = SFTPScanner(packet[...])
                let (kind, number) = (try fields.byte(), try fields.number())
                mail.deliver(try SFTPReply(kind, &fields), to: number)
            }
            return ReportableError(.storeFailed, "the server has closed the connection")
        } catch {
            // Also what was interrupted is the program, and not whoever waits for an answer.
            return ReportableError(.storeFailed, "the line has broken off: \(error.message)", details: error.details)
        }
    }

    /// It never answers again.
    var isOver: Bool { mail.end != nil }

    /// The number by which the answer is asked for.
    func send(_ request: SFTPRequest) throws(ReportableError) -> UInt32 {
        let number = try mail.expect()
        outbox.put(request.packet(number))
        return number
    }

    func answer(to number: UInt32) async throws(ReportableError) -> SFTPReply { try await mail.answer(to: number) }

    func ask(_ request: SFTPRequest) async throws(ReportableError) -> SFTPReply {
        try await answer(to: try send(request))
    }

    /// Sends what nobody needs an answer to.
    func tell(_ request: SFTPRequest) {
        if let number = try? send(request) { mail.drop(number) }
    }

    func drop(_ numbers: [UInt32]) { for number in numbers { mail.drop(number) } }
}

/// Cuts what a server writes into packets. Read by one task.
actor SFTPPackets {
    private let output: ByteStream
    private let limit: Int
    private var bytes: ArraySlice<UInt8> = []

    init(_ output: ByteStream, limit: Int) {
        self.output = output
        self.limit = limit
    }

    /// nil at the end.
    func next() async throws(ReportableError) -> [UInt8]? {
        while true {
            if bytes.count >= 4 {
                let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
                guard (5...limit).contains(length) else { throw SFTPScanner.nonsense }
                if bytes.count >= 4 + length {
                    defer { bytes = bytes.dropFirst(4 + length) }
                    return Array(bytes.dropFirst(4).prefix(length))
                }
            }
            guard let more = try await output.next() else { return nil }
            bytes = ArraySlice(bytes.isEmpty ? more : Array(bytes) + more)
        }
    }
}
