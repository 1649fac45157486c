import Testing

@testable import logfold

@Suite("The pace of a replay")
struct PaceTests {
    /// The pauses before the pieces of a log that were written at these milliseconds; nil is text without a time.
    private func pauses(_ speed: ReplaySpeed, longest: Int64 = 1_000_000, _ times: [Int64?]) -> [Int64] {
        var pace = ReplayPace(speed, longest: longest * 1_000_000)
        return times.indices.map { at in
            let next = at + 1 < times.count ? times[at + 1] : nil
            return pace.pause(before: times[at].map { $0 * 1_000_000 }, next: next.map { $0 * 1_000_000 }) / 1_000_000
        }
    }

    @Test("pauses are those of the log")
    func own() {
        #expect(pauses(.times(1), [5_000, 5_010, 5_010, 7_000]) == [0, 10, 0, 1_990])
    }

    @Test("faster pauses are shorter, slower ones longer")
    func factors() {
        #expect(pauses(.times(10), [0, 100, 300]) == [0, 10, 20])
        #expect(pauses(.times(0.5), [0, 100, 300]) == [0, 200, 400])
        #expect(pauses(.unlimited, [0, 100, 300]) == [0, 0, 0])
    }

    @Test("text without a time comes at once")
    func untimed() {
        #expect(pauses(.times(1), [nil, 1_000, nil, 1_500]) == [0, 0, 0, 500])
    }

    @Test("records that are a little out of order are not waited for twice")
    func disorder() {
        #expect(pauses(.times(1), [0, 200, 100, 300, 250, 400]) == [0, 100, 0, 150, 0, 150])
    }

    @Test("one stamp from another year is not waited for")
    func wild() {
        let nextYear: Int64 = 31_000_000_000
        #expect(pauses(.times(1), [0, 100, nextYear, 200, 300]) == [0, 100, 100, 0, 100])
    }

    @Test("no pause is longer than the longest")
    func longest() {
        #expect(pauses(.times(1), longest: 500, [0, 10_000, .max / 1_000_000, nil]) == [0, 500, 500, 0])
        #expect(pauses(.times(0.001), longest: 500, [0, 100]) == [0, 500])
    }

    @Test("after the clock was set back the pace begins again")
    func setBack() {
        #expect(pauses(.times(1), [3_600_000, 3_600_100, 100, 300, 600]) == [0, 0, 0, 200, 300])
    }

    @Test(
        "a speed is a factor or none",
        arguments: [
            ("1x", .times(1)), ("10x", .times(10)), ("0.5x", .times(0.5)), ("max", .unlimited),
            ("10", nil), ("x", nil), ("0x", nil), ("-1x", nil), ("nanx", nil), ("infx", nil), ("1e9x", nil), ("", nil),
        ] as [(String, ReplaySpeed?)])
    func speed(text: String, expected: ReplaySpeed?) {
        #expect(ReplaySpeed(text) == expected)
    }
}
