import LogfoldCore

/// What the writer of events has to know of a source, and what changes while it is read.
struct SourceContext {
    let number: UInt32
    let facts: SourceFacts
    var clock: WallClock
    /// Time of the last event that had one, UTC nanoseconds; the reference time at first.
    var lastTime: Int64
    /// What a stamp without year lies before, UTC nanoseconds.
    let referenceTime: Int64
    /// The ids of its events, where they are asked for.
    var identity: EventIdentity?
    /// What the layers know of lines that have not left, and the number of the first.
    private var layerFacts: [(facts: LayerFacts, layers: LayeredInput.Layers)] = []
    private var layerBase: Int32 = 0
    /// The layers of the last event, and their names.
    private var lastLayers = LayeredInput.Layers()
    private(set) var layerNames: [UInt8] = []

    init(number: UInt32, facts: SourceFacts, _ options: EngineOptions) {
        self.number = number
        self.facts = facts
        clock = WallClock(rules: options.timeZone)
        lastTime = options.referenceTime
        referenceTime = options.referenceTime
        identity = facts.identity.map { EventIdentity(host: $0.host, logicalPath: $0.logicalPath) }
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
