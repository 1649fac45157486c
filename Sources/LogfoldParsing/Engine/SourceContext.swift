import LogfoldCore

/// What the writer of events has to know of a source, and what changes while it is read.
struct SourceContext {
    /// The file that the event at hand comes from.
    var origin: SourceOrigin
    /// The other files, the latest last.
    var otherOrigins: [SourceOrigin] = []
    /// Virtual offset of the first byte of the file that is read, and whether its generation is known or not asked for.
    private(set) var readBase = 0
    private(set) var isNamed = true
    let rules: WritingRules
    var clock: WallClock
    /// Time of the last event that had one, UTC nanoseconds; the reference time at first.
    var lastTime: Int64
    /// Where its steps and ways are in the engine's plan.
    var place = EventRouting.Place()
    /// What the layers know of lines that have not left, and the number of the first.
    private var layerFacts: [(facts: LayerFacts, layers: LayeredInput.Layers)] = []
    private var layerBase: Int32 = 0
    /// The layers of the last event, and their names.
    private var lastLayers = LayeredInput.Layers()
    private(set) var layerNames: [UInt8] = []

    init(_ origin: SourceOrigin, _ options: EngineOptions) {
        self.origin = origin
        rules = WritingRules(options)
        clock = WallClock(rules: options.timeZone)
        lastTime = options.referenceTime
    }

    /// Remembers the facts of a decoded text and returns their number. Numbers begin again after the highest.
    mutating func add(_ facts: LayerFacts, _ layers: LayeredInput.Layers) -> Int32 {
        layerFacts.append((facts, layers))
        return (layerBase &+ Int32(truncatingIfNeeded: layerFacts.count - 1)) & .max
    }

    /// The facts of a number that an event names; nil without layers.
    func layer(_ number: Int32) -> LayerFacts? {
        number < 0 ? nil : layerFacts[position(number)].facts
    }

    private func position(_ number: Int32) -> Int { Int((number &- layerBase) & .max) }

    /// How many bytes the facts of one text hold.
    static let factsStride = MemoryLayout<(facts: LayerFacts, layers: LayeredInput.Layers)>.stride

    /// Makes ``layerNames`` those of an event with these facts.
    @inline(__always)
    mutating func selectLayers(_ number: Int32) {
        if number >= 0 || !layerNames.isEmpty { selectOtherLayers(number) }
    }

    private mutating func selectOtherLayers(_ number: Int32) {
        let layers = number < 0 ? LayeredInput.Layers() : layerFacts[position(number)].layers
        guard layers != lastLayers else { return }
        lastLayers = layers
        layerNames = layers.names
    }

    /// The arena's bytes moved `distance` towards its start; facts before those of a number are forgotten: all if
    /// that is nil, none if it is -1.
    mutating func relocate(_ distance: UInt32, keepingFrom number: Int32?) {
        guard !layerFacts.isEmpty else { return }
        let forgotten = number.map { $0 < 0 ? 0 : position($0) } ?? layerFacts.count
        layerFacts.removeFirst(forgotten)
        layerBase = (layerBase &+ Int32(truncatingIfNeeded: forgotten)) & .max
        for at in layerFacts.indices { layerFacts[at].facts.relocate(distance) }
    }
}

extension LayerFacts {
    /// The bytes moved `distance` towards the start.
    fileprivate mutating func relocate(_ distance: UInt32) {
        payload = payload.moved(down: distance)
        host = host.moved(down: distance)
        service = service.moved(down: distance)
        pid = pid.moved(down: distance)
        for at in fields.indices { fields[at].value = fields[at].value.moved(down: distance) }
    }
}

// MARK: - Files

extension SourceContext {
    /// The id of the next event.
    mutating func nextID(_ event: Event, _ arena: RawSpan) -> (UInt64, UInt64)? {
        let offset = event.offset - origin.base
        return origin.identity?.id(event, at: offset, arena)
    }

    /// Makes ``origin`` the file that an event comes from which begins at this virtual offset.
    mutating func selectOrigin(_ offset: Int) {
        guard let place = otherOrigins.firstIndex(where: { $0.holds(offset) }) else { return }
        let selected = otherOrigins.remove(at: place)
        let behind = otherOrigins.firstIndex { $0.base > origin.base } ?? otherOrigins.count
        otherOrigins.insert(origin, at: behind)
        origin = selected
    }

    /// The files in their order.
    var origins: [SourceOrigin] {
        otherOrigins.isEmpty ? [origin] : (otherOrigins + [origin]).sorted { $0.base < $1.base }
    }

    /// The file that is read.
    private(set) var lastOrigin: SourceOrigin {
        get { otherOrigins.last.map { $0.base > origin.base ? $0 : origin } ?? origin }
        set {
            if let last = otherOrigins.last, last.base > origin.base {
                otherOrigins[otherOrigins.count - 1] = newValue
            } else {
                origin = newValue
            }
        }
    }

    /// From now on another file is read, which begins where this one ends.
    mutating func begin(_ next: SourceOrigin, behind final: SourceSnapshot.Reading) {
        lastOrigin.end = next.base
        lastOrigin.final = final
        otherOrigins.append(next)
        readBase = next.base
        isNamed = next.firstLine == nil
    }

    /// Forgets the files that end at or before a virtual offset, and returns their numbers.
    mutating func forgetOrigins(before offset: Int) -> [UInt32] {
        guard !otherOrigins.isEmpty else { return [] }
        if origin.end <= offset { selectOrigin(offset) }
        let passed = otherOrigins.filter { $0.end <= offset }.map(\.number)
        otherOrigins.removeAll { $0.end <= offset }
        return passed
    }

    /// Takes the next bytes of the file that is read into its generation.
    mutating func name(_ bytes: RawSpan) {
        guard let hash = lastOrigin.firstLine?.add(bytes) else { return }
        named(hash)
    }

    /// Goes on with a generation; nil where the first line is still to come.
    mutating func resume(generation: UInt64?) {
        if let generation {
            origin.identity?.begin(generation: generation)
        } else {
            origin.beginFirstLine()
            isNamed = origin.firstLine == nil
        }
    }

    /// No further bytes will come for the generation.
    mutating func endName() {
        if let firstLine = lastOrigin.firstLine { named(firstLine.finished()) }
    }

    private mutating func named(_ generation: UInt64) {
        lastOrigin.identity?.begin(generation: generation)
        lastOrigin.firstLine = nil
        isNamed = true
    }
}

// MARK: - Times

extension SourceContext {
    /// How far the clock of the events has come.
    struct Times: Equatable {
        var clock = WallClock.Phase()
        /// Time of the last event that had one.
        var last: Int64
    }

    /// How far the clock has come.
    var times: Times {
        get { Times(clock: clock.phase, last: lastTime) }
        set {
            clock.phase = newValue.clock
            lastTime = newValue.last
        }
    }
}

extension SourceContext.Times {
    init(_ decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        last = try decoder.signed()
        clock.last = try decoder.signed()
        let flags = try decoder.flags(2)
        clock.hasSteppedBack = flags[1]
        guard flags[0] else { return }
        clock.overlap = (try decoder.signed(), try decoder.signed())
        clock.peak = try decoder.signed()
    }

    func write(to encoder: inout StateEncoder) {
        encoder.append(signed: last)
        encoder.append(signed: clock.last)
        let hasOverlap = clock.overlap != (0, 0) || clock.peak != .min
        encoder.append(flags: hasOverlap, clock.hasSteppedBack)
        guard hasOverlap else { return }
        encoder.append(signed: clock.overlap.start)
        encoder.append(signed: clock.overlap.end)
        encoder.append(signed: clock.peak)
    }
}

/// What is done with the events of a source.
struct WritingRules {
    /// Which are written; nil for all.
    let selection: EventSelection?
    let isRedacting: Bool
    let custom: CustomFormat?
    /// Whether they carry their physical text.
    let keepsOriginal: Bool

    init(_ options: EngineOptions) {
        selection = options.selection.isEverything ? nil : options.selection
        isRedacting = options.isRedacting
        custom = options.customFormat
        keepsOriginal = options.keepsOriginal
    }
}
