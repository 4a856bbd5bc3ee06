import Basics

/// What s6 runs when a replica's program has ended, and waits for before it starts it again: kills what the program
/// left behind, which would hold the port of the next one, writes the end down, and holds up a program that keeps
/// ending, so that a crash loop costs little.
struct FinishScript {
    /// The file that kills a whole control group; nil where there is none.
    let killFile: String?
    /// The file that counts the kills for want of memory; nil where there is none.
    let memoryEvents: String?

    /// s6 ends the script after this. More than the longest pause.
    static let limit = TimeSpan.seconds(60)
    /// Ends that are kept.
    static let kept = 100

    /// The pause grows from 2 s after the third end in a row (`ExitLog.streak`) to 32 s after the seventh. A stop, which
    /// makes the file `down` first, is not held up.
    var text: String {
        let kill = killFile.map { "echo 1 > \(Self.quoted($0))" } ?? ""
        let count = memoryEvents.map { "kills=$(sed -n 's/^oom_kill //p' \(Self.quoted($0)))" } ?? "kills=0"
        return """
            #!/bin/sh
            # $1 is the status of the program, or 256 and $2 the signal that ended it.
            exec 2> /dev/null
            \(kill)
            \(count)
            echo "$(date +%s%3N) $1 $2 ${kills:-0}" >> exits
            tail -n \(Self.kept) exits > exits.new && mv exits.new exits
            streak=$(awk '{ n = $1 - last <= \(ExitLog.gap.milliseconds) ? n + 1 : 1; last = $1 } END { print n }' exits)
            [ "${streak:-0}" -ge \(ExitLog.loop) ] || exit 0
            [ "$streak" -le 7 ] || streak=7
            ticks=$((5 << (streak - \(ExitLog.loop - 1))))
            while [ "$ticks" -gt 0 ] && [ ! -e down ]; do
              sleep 0.2
              ticks=$((ticks - 1))
            done

            """
    }

    private static func quoted(_ path: String) -> String {
        "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
