/// What an input has to do without being told of a change, so that it need not ask each of its files.
final class Agenda {
    /// No log or file has a time before this.
    private(set) var next = Int64.max
    /// Whether the files of some log have to be looked for.
    var mustPlace = false

    /// Something is to be done at a time, by the monotonic clock.
    func note(_ time: Int64?) {
        if let time { next = min(next, time) }
    }

    /// Whether the time has come to look who has something to do; who has later notes it again.
    func isDue(_ now: Int64) -> Bool {
        guard now >= next else { return false }
        next = .max
        return true
    }
}
