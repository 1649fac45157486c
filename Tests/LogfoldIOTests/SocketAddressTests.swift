import LogfoldIO
import Testing

@Suite("Socket addresses")
struct SocketAddressTests {
    @Test(
        "are read as they are written",
        arguments: [
            ("127.0.0.1:9598", SocketAddress.ipv4("127.0.0.1", port: 9598), true),
            ("localhost:1", .ipv4("127.0.0.1", port: 1), true), ("0.0.0.0:0", .ipv4("0.0.0.0", port: 0), false),
            ("10.0.0.1:65535", .ipv4("10.0.0.1", port: 65535), false), ("[::1]:9598", .ipv6("::1", port: 9598), true),
            ("[::]:9598", .ipv6("::", port: 9598), false), ("[fd00::1]:1", .ipv6("fd00::1", port: 1), false),
            ("unix:/run/logfold.sock", .unix("/run/logfold.sock"), true), ("unix:@logfold", .unix("@logfold"), true),
        ])
    func valid(text: String, address: SocketAddress, isLocal: Bool) throws {
        let made = try SocketAddress(text)
        #expect(made == address && made.isLocal == isLocal)
        #expect(try SocketAddress("\(made)") == made)
    }

    @Test(
        "that cannot be used say why and what would be right",
        arguments: [
            ("9598", "there is no port"), ("127.0.0.1", "there is no port"), ("", "there is no port"),
            ("127.0.0.1:http", "the port must be a number from 0 to 65535"),
            ("127.0.0.1:65536", "the port must be a number from 0 to 65535"),
            ("127.0.0.1:-1", "the port must be a number from 0 to 65535"),
            (":9598", "there is no address before the port"),
            ("::1:9598", "an IPv6 address stands in brackets: [::1]:9598"),
            ("controller:9598", "'controller' is no address, and names are not looked up"),
            ("[::1:9598", "'[::1' is no address, and names are not looked up"),
            ("127.1:9598", "'127.1' is no address, and names are not looked up"),
            ("unix:run/x.sock", "the path must be absolute"), ("unix:", "the path must be absolute"),
            ("unix:/" + String(repeating: "x", count: 107), "the path is longer than 107 bytes"),
        ])
    func invalid(text: String, reason: String) {
        let problem = #expect(throws: SocketAddress.Problem.self) { try SocketAddress(text) }
        #expect(
            problem?.description == "'\(text)' cannot be used: \(reason); give an address such as 127.0.0.1:9598, "
                + "[::1]:9598 or unix:/run/logfold/status.sock")
    }
}
