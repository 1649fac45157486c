extension SIMDMask where Storage == SIMD16<Int8> {
    /// The sixteen answers as two little-endian words, a byte of ones or zeros each.
    ///
    /// `any(_:)` costs a call and a reduction in each block, and the lanes of a mask can only be asked one by one; of
    /// words, "none" is one comparison and the next lane is a count of zeros. Both sides are sixteen bytes without
    /// padding, so no bit pattern is invalid and nothing outlives the expression: the cast is safe.
    @inline(__always)
    var words: SIMD2<UInt64> { unsafe unsafeBitCast(self, to: SIMD2<UInt64>.self) }
}
