import CAllocations
import Glibc

/// What a process has used up to now.
struct Usage {
    /// CPU seconds, user and system, of all threads.
    let cpu: Double
    /// Calls for memory.
    let allocations: UInt
    /// Resident memory at its highest, in bytes.
    let peakMemory: Int

    /// The usage at this moment.
    static var now: Usage {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Usage(
            cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime), allocations: logfold_allocations(),
            peakMemory: usage.ru_maxrss * 1_024)
    }
}

/// The figures of one run, and how they are printed.
struct Figures {
    let name: String
    var bytes = 0
    var events = 0
    var outputBytes = 0
    var cpu = 0.0
    /// Events and calls for memory since a quarter of the input was done.
    var steadyEvents = 0
    var steadyAllocations = 0

    static let header = """
        | run | MB per CPU-second | events per CPU-second | allocations per 1,000 events | output / input |
        |---|--:|--:|--:|--:|
        """

    var row: String {
        let speed = Double(bytes) / 1e6 / max(cpu, 1e-9)
        let rate = Double(events) / max(cpu, 1e-9)
        let allocations = Double(steadyAllocations) * 1_000 / Double(max(steadyEvents, 1))
        let growth = Double(outputBytes) / Double(max(bytes, 1))
        return
            "| \(name) | \(decimal(speed, 0)) | \(decimal(rate, 0)) | \(decimal(allocations, 2)) | \(decimal(growth, 2)) |"
    }

    private func decimal(_ value: Double, _ digits: Int) -> String {
        let scale = digits == 0 ? 1.0 : 100.0
        let whole = (value * scale).rounded() / scale
        return digits == 0 ? String(Int(whole)) : String(whole)
    }
}
