import CCurl
import Synchronization

/// The transfers of one transport, which share connections; and what wakes or ends them from another thread.
@safe
final class CurlMulti: @unchecked Sendable {  // Other threads wake it only, which libcurl allows.
    private let pointer: UnsafeMutableRawPointer
    private let interrupted = Atomic(false)
    private let rung = Atomic(false)

    init?(idleConnections: Int) {
        guard CurlLibrary.isReady, let pointer = unsafe curl_multi_init() else { return nil }
        unsafe self.pointer = pointer
        unsafe _ = logfold_curl_set_multi_number(pointer, CURLMOPT_MAXCONNECTS, idleConnections)
    }

    deinit { unsafe _ = curl_multi_cleanup(pointer) }

    /// Whether ``interrupt()`` was called.
    var isInterrupted: Bool { interrupted.load(ordering: .acquiring) }

    /// Ends a ``wait(milliseconds:for:)``, and says so for good. From any thread.
    func interrupt() {
        interrupted.store(true, ordering: .releasing)
        unsafe _ = curl_multi_wakeup(pointer)
    }

    /// Ends a ``wait(milliseconds:for:)``, and says so once. From any thread.
    func ring() {
        rung.store(true, ordering: .releasing)
        unsafe _ = curl_multi_wakeup(pointer)
    }

    /// Whether ``ring()`` was called since the last time.
    func takeRing() -> Bool { rung.exchange(false, ordering: .acquiring) }

    func add(_ handle: CurlHandle) -> Bool { unsafe curl_multi_add_handle(pointer, handle.pointer) == CURLM_OK }

    func remove(_ handle: CurlHandle) { unsafe _ = curl_multi_remove_handle(pointer, handle.pointer) }

    /// Moves every transfer on as far as that goes without waiting.
    func perform() {
        var running: Int32 = 0
        unsafe _ = curl_multi_perform(pointer, &running)
    }

    /// Waits until a transfer can go on or one of these sockets is ready, for so long at the most.
    func wait(milliseconds: Int32, for sockets: [curl_waitfd] = []) {
        var (sockets, count) = (sockets, Int32(0))
        unsafe _ = curl_multi_poll(pointer, &sockets, UInt32(sockets.count), milliseconds, &count)
    }

    /// A transfer that has ended since the last call: its handle's ``CurlHandle/key``, and how.
    func nextEnded() -> (key: UInt, result: CURLcode)? {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(pointer, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let handle = unsafe message.pointee.easy_handle else {
                continue
            }
            return unsafe (UInt(bitPattern: handle), logfold_curl_result(message))
        }
        return nil
    }
}
