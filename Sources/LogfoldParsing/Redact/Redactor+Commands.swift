// Passwords on command lines and in URLs: `Docs/redaction.md`.

extension Redactor {
    /// How far in front of an option its command may stand.
    private static let commandReach = 256

    /// Masks the password of `mysql -p X`, `mysql -pX`, `sshpass -p X` and `ipmitool -P X`, also as a list of quoted
    /// arguments, when the option stands at `place`.
    mutating func commandOption(_ text: RawSpan, _ place: Int, _ end: Int) {
        guard place > maskedEnd, place + 2 < end else { return }
        let letter = text[place + 1]
        let before = text[place - 1]
        guard letter | 0x20 == UInt8(ascii: "p"), before == UInt8(ascii: " ") || isQuote(before),
            isPassword(option: letter, text, place)
        else { return }
        var value = place + 2
        if value < end && (isQuote(text[value]) || text[value] == UInt8(ascii: "\\")) { value += 1 }
        while value < end && (text[value] == UInt8(ascii: " ") || text[value] == UInt8(ascii: ",")) { value += 1 }
        guard value < end, text[value] != UInt8(ascii: "-") else { return }
        hide(text, SecretValue.quoted(text, value, end, overLines: false) ?? argument(text, value, end, before))
    }

    /// The rest of an argument: in a list up to the quotation mark that its option began with, else a word.
    private func argument(_ text: RawSpan, _ start: Int, _ end: Int, _ before: UInt8) -> SecretValue {
        isQuote(before) ? .line(text, start, end, mark: before) : .bare(text, start, end)
    }

    /// Whether a command whose `-p` or `-P` is a password stands in front of `place` in its line.
    private func isPassword(option letter: UInt8, _ text: RawSpan, _ place: Int) -> Bool {
        let floor = max(textStart, place - Self.commandReach)
        var from = place
        while from > floor && !endsCommand(text[from - 1]) { from -= 1 }
        if letter == UInt8(ascii: "P") { return text.firstIndex(of: "ipmitool", from: from, to: place) != nil }
        for command: StaticString in ["mysql", "mariadb", "sshpass"]
        where text.firstIndex(of: command, from: from, to: place) != nil { return true }
        return false
    }

    private func endsCommand(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "|")
    }

    /// How far in front of its `@` a URL may begin.
    private static let urlReach = 1024

    /// Masks the passwords of the URL in which the `@` at `at` stands: `scheme://user:SECRET@host`, and those of
    /// further hosts behind commas, as a `transport_url` has them.
    mutating func credentials(_ text: RawSpan, before at: Int, _ end: Int) {
        guard var user = userInfo(text, at) else { return }
        var mark = at
        while true {
            let close = passwordEnd(text, mark, end)
            guard let password = password(text, user, close) else { return }
            hide(text, SecretValue(content: ByteRange(password, close), end: close, isQuoted: true))
            guard let following = nextHost(text, close + 1, end) else { return }
            user = following.user
            mark = following.mark
        }
    }

    /// Where the user begins in front of the `@` at `at`: behind the `://` of the same word, or nil; nothing in
    /// front of an `@` that was examined before is looked at again.
    private func userInfo(_ text: RawSpan, _ at: Int) -> Int? {
        let floor = max(maskedEnd, lastMark, at - Self.urlReach)
        var place = at
        while place > floor && !endsURL(text[place - 1]) {
            place -= 1
            if text[place] == UInt8(ascii: ":") {
                if text.has("://", at: place, limit: at) { return place + 3 }
                if text.has(":\\/\\/", at: place, limit: at) { return place + 5 }
            }
        }
        return nil
    }

    /// Where the password begins between `user` and the `@` at `mark`; nil when there is none.
    private func password(_ text: RawSpan, _ user: Int, _ mark: Int) -> Int? {
        var name = user
        while true {
            let colon = text.index(of: UInt8(ascii: ":"), from: name, to: mark)
            guard colon < mark, text.index(of: UInt8(ascii: "/"), from: name, to: colon) == colon else { return nil }
            var digits = colon + 1
            while digits < mark && text[digits] >= 0x30 && text[digits] <= 0x39 { digits += 1 }
            // `http://host:8080/path@x`: a port, and the `@` stands in the path.
            if digits < mark && text[digits] == UInt8(ascii: "/") { return nil }
            // `rabbit://host:5672,user:…@`: a port, and the user comes with the next host.
            guard digits > colon + 1 && digits < mark && text[digits] == UInt8(ascii: ",") else { return colon + 1 }
            name = digits + 1
        }
    }

    /// The last `@` of a password that has some itself, before its host ends.
    private func passwordEnd(_ text: RawSpan, _ mark: Int, _ end: Int) -> Int {
        var last = mark
        var at = mark + 1
        while at < end && !endsURL(text[at]) && !endsHost(text[at]) {
            if text[at] == UInt8(ascii: "@") { last = at }
            at += 1
        }
        return last
    }

    /// The user of the next host behind a comma, and its `@`.
    private func nextHost(_ text: RawSpan, _ host: Int, _ end: Int) -> (user: Int, mark: Int)? {
        var at = host
        while at < end && !endsURL(text[at]) && !endsHost(text[at]) { at += 1 }
        guard at < end, text[at] == UInt8(ascii: ",") else { return nil }
        let user = at + 1
        at = user
        while at < end && !endsURL(text[at]) && text[at] != UInt8(ascii: "/") {
            if text[at] == UInt8(ascii: "@") { return (user, at) }
            at += 1
        }
        return nil
    }

    private func endsURL(_ byte: UInt8) -> Bool {
        byte <= 0x20 || isQuote(byte) || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
    }

    private func endsHost(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "?")
            || byte == UInt8(ascii: "#")
    }
}
