import CLinux
import Glibc

/// What the C library does with memory that is given back.
package enum Allocator {
    /// Has all threads share one heap, and large blocks given back to the kernel as soon as they are free; before any
    /// thread is begun.
    ///
    /// By itself glibc gives each thread a heap of its own, and keeps what is freed in it, up to 32 MB a block. Batches are
    /// made by one thread and freed by others, so that several heaps would hold what the budgets count once. A lower
    /// bound than 2 MiB saves little more, and costs a tenth of the CPU time for the pages that the kernel makes anew.
    package static func keepSmall() {
        _ = mallopt(M_ARENA_MAX, 1)
        _ = mallopt(M_MMAP_THRESHOLD, 2 << 20)
    }
}
