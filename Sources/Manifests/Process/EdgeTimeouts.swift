import Basics

/// How long the edge waits for what.
enum EdgeTimeouts {
    /// Replicas are on this machine: a connection that takes longer than this will not come at all.
    static let connect = TimeSpan.seconds(3)
    /// Silence of a client in the middle of a request or reply.
    static let client = TimeSpan.seconds(60)
    /// Silence of a replica before its reply or in the middle of it.
    static let server = TimeSpan.seconds(60)
    /// One side has said its last word and the other is silent: also on an upgraded connection no reason to wait long.
    static let halfClosed = TimeSpan.seconds(30)
    /// Silence on an upgraded connection, as WebSockets are between two messages.
    static let tunnel = TimeSpan.seconds(3600)
    /// A client must have sent its request's headers by then; slow senders hold a connection no longer.
    static let request = TimeSpan.seconds(10)
    /// An idle client keeps its connection, and after a reload the old process, this long.
    static let keepAlive = TimeSpan.seconds(10)
    /// After a reload the old process serves what it has for this long, then it is ended.
    static let hardStop = TimeSpan.seconds(3600)
    /// Pause between two checks while the last one failed or none was made yet.
    static let unsure = TimeSpan(milliseconds: 200)
    /// How long a replica that kept answering with errors gets no request.
    static let broken = TimeSpan.seconds(3)
    /// After a start all servers are checked for the first time within this.
    static let checkSpread = TimeSpan(milliseconds: 200)
}
