import LogfoldConfig
import LogfoldParsing

/// Any bytes are a configuration or one problem; whatever is asked of it, problems have places in the text and nothing
/// that came by a reference is printed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfig(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    unsafe FuzzInput.withSpan(start, count) { span in
        var bytes: [UInt8] = []
        for at in 0..<span.byteCount { bytes.append(span[at]) }
        let alone = Configuration.read(bytes, file: "f", environment: environment)
        ask(alone.root, depth: 0)
        requireHonest(alone, bytes, lines: bytes.count + 1)
        let joined = alone.over(preset: preset, file: "p")
        ask(joined.root, depth: 0)
        requireHonest(joined, bytes, lines: bytes.count + preset.count + 1)
        requireReadable(alone)
    }
    return 0
}

private let secret = "QzQzQ"
private let preset = Array("a: { b: [c], d: 1 }\nb: x\n".utf8)

private let environment = ConfigEnvironment(
    variable: { $0.utf8.count % 3 == 0 ? nil : secret }, readFile: { _ in Array("\(secret)\n".utf8) })

private enum Word: String, CaseIterable {
    case a, b, none
}

/// Asks for each key in every way.
private func ask(_ section: ConfigSection, depth: Int) {
    FuzzInput.require(depth <= 64, "the depth is bounded")
    for key in section.keys {
        _ = (section.text(key), section.requiredText(key), section.optionalFlag(key), section.texts(key))
        _ = (section.integer(key, in: 1...9, default: 1), section.size(key, in: 1...9, default: 1))
        _ = section.duration(key, in: .zero ... .seconds(9), default: .zero)
        _ = section.choice(key, default: Word.none)
        if let secret = section.secret(key) {
            FuzzInput.require("\(secret)" == "***", "a secret is printed as stars")
            _ = try? secret.reload()
        }
        section.problem("here", at: key, offset: key.utf8.count)
        section.problem(section.shown(key), at: key, element: 1)
        // What stays unasked is unknown.
        guard key.utf8.count % 4 != 1 else { continue }
        for below in section.sectionList(key) + [section.section(key)].compactMap({ $0 }) {
            ask(below, depth: depth + 1)
        }
    }
    section.finish()
}

private func requireHonest(_ configuration: Configuration, _ bytes: [UInt8], lines: Int) {
    // What stands in the text itself may be printed; an escape or UTF-16 may hide it there.
    let mayShow = contains(bytes, secret) || bytes.contains(UInt8(ascii: "\\")) || bytes.contains(0)
    let problems = configuration.problems
    for problem in problems {
        FuzzInput.require(1...lines ~= problem.line && 1...lines ~= problem.column, "a problem lies in the text")
        FuzzInput.require(mayShow || !contains(Array(problem.description.utf8), secret), "a problem shows no secret")
        FuzzInput.require(!problem.text.utf8.contains { $0 < 0x20 }, "a problem is one line")
    }
    let isSorted = zip(problems, problems.dropFirst()).allSatisfy { $0.position <= $1.position }
    FuzzInput.require(isSorted, "problems stand in the order of the text")
    FuzzInput.require(mayShow || !contains(Array(configuration.show().utf8), secret), "what is shown holds no secret")
}

/// What is shown is YAML again, unless indentation has made it too long for a configuration.
private func requireReadable(_ configuration: Configuration) {
    let shown = Array(configuration.show().utf8)
    guard !configuration.root.keys.isEmpty, shown.count <= ConfigEnvironment.largestFile else { return }
    let again = Configuration.read(shown, file: "s", environment: environment)
    FuzzInput.require(again.root.keys.count >= configuration.root.keys.count, "what is shown can be read")
}

private func contains(_ bytes: [UInt8], _ word: String) -> Bool {
    let word = Array(word.utf8)
    guard bytes.count >= word.count else { return false }
    return (0...(bytes.count - word.count)).contains { bytes[$0..<($0 + word.count)].elementsEqual(word) }
}
