import LogfoldCore
import LogfoldParsing

// Counts the errors in a log on standard input: one event is one thing that happened, however many lines it has.
@main
struct CountErrors {
    static func main() {
        var engine = Engine()
        engine.open(source: 0)
        var offset = 0
        var errors = 0
        func count(_ batch: Batch) { errors += batch.entries.count { $0.severity >= .error } }
        while let line = readLine(strippingNewline: false) {
            let bytes = Array(line.utf8)
            engine.push(bytes.span.bytes, source: 0, at: offset, count)
            offset += bytes.count
        }
        engine.finish(source: 0, count)
        print("\(errors) errors")
    }
}
