import LogfoldParsing

/// Gives each event the path of its file.
struct PathResolver: ~Copyable {
    private var filler: TemplateFiller
    private let isRotating: Bool
    /// The path of the event before; nil before the first.
    private(set) var path: String?

    /// A resolver of this template; with `isRotating` no value can make a path look like that of a rotated file.
    init(_ template: PathTemplate, isRotating: Bool) {
        filler = TemplateFiller(template.template)
        self.isRotating = isRotating
    }

    /// Sets ``path`` for the event in `range`, which happened at `time`; false where it is what it was.
    mutating func move(to line: RawSpan, _ range: ByteRange, time: Int64) -> Bool {
        guard filler.move(to: line, range, time: time) else { return false }
        let next = makePath()
        guard next != path else { return false }
        path = next
        return true
    }

    private mutating func makePath() -> String {
        let path = PathValue.fitted(filler.text(PathValue.sanitized))
        if isRotating, case .field? = filler.template.pieces.last { return PathValue.unlikeRotated(path) }
        return path
    }
}
