/// Finds the word that a mistyped one was meant to be.
package enum Spelling {
    /// The candidate that is nearest to `word`, or nil where none is near enough to be worth a question.
    ///
    /// Near is one edit for each four letters, at least one and at most three, or being the only candidate that starts
    /// with `word`. Of several equally near ones the first is taken, so the order of a table decides.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        var best: String?
        var limit = min(max(word.utf8.count / 4, 1), 3)
        for candidate in candidates {
            guard let edits = distance(word, candidate, limit: limit), best == nil || edits < limit else { continue }
            best = candidate
            limit = edits
        }
        if let best { return best }
        let longer = candidates.filter { word.utf8.count >= 2 && $0.hasPrefix(word) }
        return longer.count == 1 ? longer[0] : nil
    }

    /// What to say of a word that is none of those there are: the one that was meant, or else all of them.
    package static func wayOut(for word: String, among candidates: [String]) -> String {
        nearest(to: word, among: candidates).map { "did you mean '\($0)'?" }
            ?? "there are \(candidates.joined(separator: ", "))"
    }

    /// How many letters must be inserted, dropped, replaced or swapped with their neighbour to get from one word to
    /// the other, or nil where it takes more than `limit`.
    ///
    /// The restricted Damerau-Levenshtein distance over bytes. Words whose lengths differ by more than `limit` are
    /// refused at once, so a long argument costs nothing.
    package static func distance(_ left: String, _ right: String, limit: Int) -> Int? {
        let rows = Array(left.utf8)
        let columns = Array(right.utf8)
        guard abs(rows.count - columns.count) <= limit else { return nil }
        var beforeLast: [Int] = []
        var last = Array(0...columns.count)
        for row in rows.indices {
            var current = [row + 1]
            for column in columns.indices {
                let replaced = last[column] + (rows[row] == columns[column] ? 0 : 1)
                var edits = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, rows[row] == columns[column - 1], rows[row - 1] == columns[column] {
                    edits = min(edits, beforeLast[column - 1] + 1)
                }
                current.append(edits)
            }
            if current.allSatisfy({ $0 > limit }) { return nil }
            beforeLast = last
            last = current
        }
        return last[columns.count] <= limit ? last[columns.count] : nil
    }
}
