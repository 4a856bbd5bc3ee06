import Glibc
import StackModel

/// The time of day, for stamps; waiting uses `ContinuousClock`.
enum WallClock {
    static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
    }
}
