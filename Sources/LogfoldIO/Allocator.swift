import CLinux
import Glibc

/// What the C library does with memory that is given back.
package enum Allocator {
    /// Has large blocks given back to the kernel as soon as they are free; before any thread is begun.
    ///
    /// By itself glibc keeps what is freed, up to 32 MB a block, in the heap of the thread that has asked for it. Batches are
    /// made by one thread and freed by others, so that several heaps would hold what the budgets count once.
    package static func giveLargeBlocksBack() {
        _ = mallopt(M_MMAP_THRESHOLD, 512 << 10)
    }
}
