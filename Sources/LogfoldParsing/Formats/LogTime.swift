/// A time as a line printed it: nanoseconds since 1970, and what is known about its zone.
///
/// Zone-less text is counted as if it were UTC ("wall time"); `TimeZoneRules` turns it into UTC when the event is
/// encoded. One value of 16 bytes, so that the event table stays flat.
package struct LogTime: Equatable, Sendable {
    /// What the text said about date and zone.
    package enum Kind: UInt8, Sendable {
        /// No time at all.
        case absent
        /// Date and time of the wall clock, in the zone of the host or of `--timezone`.
        case wall
        /// A time with an offset or `Z`; ``LogTime/nanoseconds`` is UTC already.
        case utc
        /// Wall time without a year (RFC 3164); ``LogTime/nanoseconds`` counts from the start of year 1972, a leap
        /// year, and the year is chosen when the event is encoded.
        case yearless
    }

    /// Nanoseconds since 1970-01-01T00:00:00, of UTC or of the wall clock.
    package var nanoseconds: Int64
    /// What ``nanoseconds`` counts.
    package var kind: Kind
    /// How many digits of a second were printed: 0 to 9.
    package var fractionDigits: UInt8

    /// No time.
    package static let absent = LogTime(nanoseconds: 0, kind: .absent, fractionDigits: 0)

    /// A time of this kind.
    package init(nanoseconds: Int64, kind: Kind, fractionDigits: UInt8) {
        self.nanoseconds = nanoseconds
        self.kind = kind
        self.fractionDigits = fractionDigits
    }
}
