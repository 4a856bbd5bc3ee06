import Basics
import StackModel
import StackSpec

/// The memory of a program in Java that no limit was written for. Compose gives it the machine; a rendered container has a
/// limit in any case, and one that is smaller than the heap ends the program at its first work.
struct JavaMemory {
    let draft: Draft
    let report: Report

    /// They take half of the memory that they see for their heap, and need some GiB of it.
    private static let hungry: Set = ["elasticsearch", "opensearch", "logstash", "cassandra", "neo4j"]
    private static let usual = ByteCount(bytes: 2 << 30)

    /// The resources with a limit, where it needs one.
    func completed(_ resources: [SpecLine]) -> [SpecLine] {
        guard !resources.contains(where: { $0.key == "memory" }), let (memory, why) = needed else { return resources }
        report.changed(
            "\(draft.path).resources",
            at: draft.node.entry("image")?.valuePlace ?? draft.place,
            "it may take \(memory) of memory at most: \(why)",
            help:
                "Without a limit of its own it would get \(ContainerResources.app.memory.limit). `mem_limit` names another."
        )
        return resources + [SpecLine("memory", .text("\(memory)"))]
    }

    /// Beside its heap a program needs about as much again: threads, buffers, the files that it reads.
    private var needed: (ByteCount, why: String)? {
        if let heap = heap { return (ByteCount(bytes: heap.bytes * 2), "twice its heap, -Xmx\(heap)") }
        guard let image = draft.image, Self.hungry.contains(image.program) else { return nil }
        return (Self.usual, "\(image.program) takes half of it for its heap")
    }

    private var heap: ByteCount? {
        let texts = draft.environment.map(\.text) + (draft.entrypoint ?? []) + (draft.command ?? [])
        for text in texts {
            guard let match = text.matches(of: /-Xmx([0-9]{1,6}[kKmMgG])/).last else { continue }
            return ComposeUnits.size(String(match.1))
        }
        return nil
    }
}
