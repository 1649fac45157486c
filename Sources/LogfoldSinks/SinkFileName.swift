/// A sink's name as a part of a file's.
enum SinkFileName {
    /// The name with all but letters, digits, `_` and `-` as percent and two digits: no two sinks have the same.
    static func plain(_ sink: String) -> String {
        sink.utf8.map { byte -> String in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }
}
