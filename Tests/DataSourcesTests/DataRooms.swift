import Testing

/// The tests on real servers, one after another: together they would take the machine from those that measure time.
@Suite(.serialized) enum DataRooms {}
