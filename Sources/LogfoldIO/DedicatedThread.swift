import CLinux
import Glibc

/// A thread for work that waits in system calls. Whoever starts it joins it.
@safe
package final class DedicatedThread: Sendable {
    private let thread: pthread_t

    /// Starts a thread with this name, of which the kernel keeps 15 bytes. All signals are blocked in it: the thread
    /// that reads them from a signalfd is the only one that gets any.
    package init(_ name: String, _ body: @escaping @Sendable () -> Void) throws(FileSystemError) {
        let box = unsafe Unmanaged.passRetained(Work(name: name, body: body))
        var started = pthread_t()
        let code = unsafe pthread_create(
            &started, nil,
            { raw in
                guard let raw = unsafe raw else { return nil }
                let work = unsafe Unmanaged<Work>.fromOpaque(raw).takeRetainedValue()
                unsafe _ = logfold_name_thread(work.name)
                work.body()
                return nil
            }, box.toOpaque())
        if code != 0 {
            unsafe box.release()
            throw FileSystemError(code: code, operation: .startThread, path: name)
        }
        thread = started
    }

    /// Waits until the thread has ended; to be called once.
    package func join() { _ = pthread_join(thread, nil) }

    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
