import LogfoldCore
import Testing

/// Seconds since 1970 of `2026-10-25 02:30:00`, as if the wall clock showed UTC.
func seconds(_ text: String) throws -> Int64 {
    let parts = text.split { !$0.isNumber }.compactMap { Int32($0) }
    try #require(parts.count == 6)
    let date = try #require(CivilDate(year: parts[0], month: parts[1], day: parts[2]))
    return date.daysSince1970 * 86400 + Int64(parts[3] * 3600 + parts[4] * 60 + parts[5])
}

/// The opposite of ``seconds(_:)``.
func text(_ seconds: Int64) -> String {
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let days = (seconds - 43200) / 86400 - 1
    var date = CivilDate(daysSince1970: days)
    for candidate in days...(days + 3) where candidate * 86400 <= seconds {
        date = CivilDate(daysSince1970: candidate)
    }
    let time = seconds - date.daysSince1970 * 86400
    return "\(date.year)-\(two(Int64(date.month)))-\(two(Int64(date.day))) "
        + "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))"
}
