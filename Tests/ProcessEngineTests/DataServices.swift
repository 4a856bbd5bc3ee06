import Glibc
import Testing

/// The tests on real servers, one after another: together they would take the machine from those that measure time.
@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) enum DataServices {}
