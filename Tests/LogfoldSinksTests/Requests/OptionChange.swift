/// What a test sets in the options of a sink.
struct OptionChange<Options> {
    let apply: (inout Options) -> Void

    init(_ apply: @escaping (inout Options) -> Void) { self.apply = apply }
}
