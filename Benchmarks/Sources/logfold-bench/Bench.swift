import Glibc
import LogfoldCore
import LogfoldParsing

/// `logfold-bench [--size MB] [--repeat N] [FILE]`: what the engine costs, without the program around it.
///
/// The input is read in pieces of 1 MiB, as the program reads it, from FILE or from a made log of `--size` megabytes.
/// CPU time leaves the reading out; the best of the repetitions counts, the rest is what the machine did meanwhile.
@main
struct Bench {
    private var size = 100
    private var repetitions = 3
    private var path: String?

    static func main() {
        guard let bench = Bench(CommandLine.arguments.dropFirst()) else {
            print("usage: logfold-bench [--size MB] [--repeat N] [FILE]")
            exit(2)
        }
        bench.run()
    }

    private init?(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "--size", "--repeat":
                guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else { return nil }
                if argument == "--size" { size = number } else { repetitions = number }
            case let option where option.hasPrefix("-"): return nil
            default: path = argument
            }
        }
    }

    private func run() {
        var input = Input(path: path, megabytes: size)
        guard input.isReadable else {
            print("logfold-bench: cannot read \(path ?? "")")
            exit(3)
        }
        print(Figures.header)
        for isRedacting in [true, false] {
            var options = EngineOptions()
            options.isRedacting = isRedacting
            let name = isRedacting ? "ecs" : "ecs, no redaction"
            let runs = (0..<repetitions).map { _ in EngineRun(name: name, options: options).figures(of: &input) }
            if let best = runs.min(by: { $0.cpu < $1.cpu }) { print(best.row) }
        }
        print("\nresident memory at its highest: \(Usage.now.peakMemory / 1_000_000) MB", terminator: "")
        print(path == nil ? ", the made log with it" : "")
    }
}

/// One pass of the engine over the input.
struct EngineRun {
    let name: String
    let options: EngineOptions

    func figures(of input: inout Input) -> Figures {
        var figures = Figures(name: name)
        var engine = Engine(options: options)
        engine.open(source: 0)
        var steady: UInt?
        input.rewind()
        while input.next() {
            if steady == nil, input.offset > input.count / 4 {
                (figures.steadyEvents, steady) = (-figures.events, Usage.now.allocations)
            }
            let before = Usage.now.cpu
            input.withPiece { piece in
                engine.push(piece, source: 0, at: input.offset) { batch in
                    figures.events += batch.entries.count
                    figures.outputBytes += batch.byteCount
                }
            }
            figures.cpu += Usage.now.cpu - before
            figures.bytes += input.pieceCount
        }
        figures.steadyAllocations = Int(Usage.now.allocations - (steady ?? 0))
        figures.steadyEvents += figures.events
        engine.finish(source: 0) { batch in
            figures.events += batch.entries.count
            figures.outputBytes += batch.byteCount
        }
        return figures
    }
}
