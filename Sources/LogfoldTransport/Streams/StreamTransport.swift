/// Makes connections over which bytes go both ways, plain or encrypted, and waits for several of them at once.
///
/// Driven by the thread that owns it, and so are its streams: each has one thread for both directions.
package protocol StreamTransport: AnyObject {
    /// Begins a connection; what became of it shows in ``ByteStream/move(onto:)``.
    func open(_ address: HostAddress) -> any ByteStream
    /// Waits until one of these streams may be able to move on, or until `deadline` of the monotonic clock, in
    /// nanoseconds, or until ``bell``; not at all after ``interruption``.
    func wait(for streams: [any ByteStream], until deadline: Int64)
    /// Ends a ``wait(for:until:)`` at once, or else the next one; from any thread.
    var bell: @Sendable () -> Void { get }
    /// Whether ``interruption`` was called.
    var isInterrupted: Bool { get }
    /// Ends every wait, now and later, from any thread.
    var interruption: @Sendable () -> Void { get }
}

/// A connection. It is closed when nobody holds it any more.
package protocol ByteStream: AnyObject {
    /// Puts bytes behind those that wait to be sent. They go with the next ``move(onto:)``.
    func send(_ bytes: [UInt8])
    /// Moves on as far as that goes without waiting: connects, sends what waits, and reads until there is nothing left,
    /// so that nothing lies in the buffers of TLS while somebody waits for the socket. Of very much it reads a part, and
    /// the next wait is none.
    func move(onto received: inout [UInt8]) -> StreamProgress
    /// Whether the other machine's kernel has taken all that was sent. That its program has read it is not known.
    var hasArrived: Bool { get }
}

/// What came of moving a stream on.
package struct StreamProgress: Sendable, Equatable {
    /// Why a stream goes no further.
    package enum End: Sendable, Equatable {
        /// The other side has closed it, in order.
        case closed
        /// There is no connection, or no longer.
        case failed(TransportFailure)
    }

    /// Whether there is a connection. With TLS 1.3 that the server has looked at this side's certificate is not yet
    /// known then.
    package var isConnected = false
    /// Whether bytes went in either direction.
    package var hasMoved = false
    /// Set where it goes no further; what was read before stands.
    package var end: End?

    /// Nothing has come of it.
    package init() {}
}
