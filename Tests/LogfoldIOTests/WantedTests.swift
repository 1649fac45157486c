import LogfoldIO
import Testing

@Suite struct WantedTests {
    @Test(
        "colours are for terminals, unless NO_COLOR or the user says otherwise",
        arguments: [
            (.auto, true, nil, "xterm", true), (.auto, false, nil, "xterm", false), (.auto, true, "1", "xterm", false),
            (.auto, true, "", "xterm", true), (.auto, true, nil, "dumb", false), (.auto, true, nil, nil, true),
            (.always, false, "1", "dumb", true), (.never, true, nil, "xterm", false),
        ] as [(Wanted, Bool, String?, String?, Bool)])
    func colors(wanted: Wanted, isTerminal: Bool, noColor: String?, terminal: String?, expected: Bool) {
        #expect(wanted.meansColors(isTerminal: isTerminal, noColor: noColor, terminal: terminal) == expected)
    }
}
