import LogfoldConfig
import LogfoldTestSupport
import Synchronization
import Testing

@Suite("References")
struct ReferenceTests {
    private static let variables = [
        "HOST": "es1", "EMPTY": "", "PORT": "9200", "NESTED": "${HOST}", "PASSWORD": "hunter2",
        "CREDENTIALS_DIRECTORY": "/run/credentials",
    ]
    private static let files = [
        "/run/credentials/es": "s3cret\n", "/etc/pw": "two\n\n", "/etc/empty": "\n", "/etc/crlf": "x\r\n",
        "/etc/es1": "k",
    ]

    @Test(
        "a text's references are replaced, once",
        arguments: [
            ("${HOST}", "es1"), ("http://${HOST}:${PORT}/", "http://es1:9200/"), ("${NO:-none}", "none"),
            ("${EMPTY:-none}", "none"), ("${EMPTY}x", "x"), ("${NO:-}x", "x"), ("${HOST:-none}", "es1"),
            ("$${HOST}", "${HOST}"), ("$HOST $ $$ a$", "$HOST $ $$ a$"), ("${NESTED}", "${HOST}"),
            ("{service.name}", "{service.name}"),
            ("$$${HOST}", "$${HOST}"), ("${NO:-a:-b c}", "a:-b c"),
        ])
    func replaced(written: String, text: String) {
        let configuration = read("a: \"\(written)\"", variables: Self.variables)
        #expect(configuration.root.text("a") == text)
        #expect(configuration.lines == [])
    }

    @Test(
        "a reference to nothing is a problem",
        arguments: [
            ("${NO}", "1:4: the environment variable NO is not set; set it, or write ${NO:-default}"),
            (
                "ab ${HOST",
                "1:8: '${' begins no reference here; write ${NAME}, ${NAME:-default} or ${credential:name}, "
                    + "and $${ for the text ${"
            ),
            (
                "${1}",
                "1:5: '${' begins no reference here; write ${NAME}, ${NAME:-default} or ${credential:name}, "
                    + "and $${ for the text ${"
            ),
            (
                "${credential:es}",
                "1:4: ${credential:es} is for secrets only; write the value, or ${NAME} from the environment"
            ),
        ])
    func nothing(written: String, problem: String) {
        let configuration = read("a: \"\(written)\"", variables: Self.variables)
        #expect(configuration.root.text("a") == nil)
        #expect(configuration.lines == [problem])
    }

    @Test("quotes around a reference do not make a number a text")
    func numbers() {
        let root = read("a: { port: \"${PORT}\", on: \"${ON:-true}\" }", variables: Self.variables).root.section("a")
        #expect(root?.integer("port", in: 1...65_535, default: 1) == 9200)
        #expect(root?.flag("on", default: false) == true)
    }

    @Test("a value that came by a reference is not printed in a problem")
    func notPrinted() {
        let configuration = read("port: ${PASSWORD}\ncount: \"${PORT}\"\n", variables: Self.variables)
        _ = configuration.root.integer("port", in: 1...9, default: 1)
        _ = configuration.root.integer("count", in: 1...9, default: 1)
        #expect(
            configuration.lines == [
                "1:7: the value of ${PASSWORD} is no whole number for 'port'; give a whole number",
                "2:8: the value of ${PORT} is out of range for 'count'; give 1 to 9",
            ])
    }

    @Test("a value with a secret's name is not printed in a problem, nor a password in a URL")
    func namesNotPrinted() {
        let configuration = read("token: abc\ncount: http://me:pw@host\n")
        _ = configuration.root.integer("token", in: 1...9, default: 1)
        _ = configuration.root.integer("count", in: 1...9, default: 1)
        #expect(
            configuration.lines == [
                "1:8: this value is no whole number for 'token'; give a whole number",
                "2:8: 'http://me:***@host' is no whole number for 'count'; give a whole number",
            ])
        #expect(configuration.root.shown("token") == "this value")
        #expect(configuration.root.shown("count") == "'http://me:***@host'")
    }

    @Test(
        "secrets come from the text, the environment, a credential or a file",
        arguments: [
            ("plain", "plain"), ("${PASSWORD}", "hunter2"), ("${credential:es}", "s3cret"),
            ("me:${credential:es}", "me:s3cret"), ("file:/etc/pw", "two\n"), ("file:/etc/crlf", "x\r"),
            ("file:/etc/${HOST}", "k"), ("file:relative", "file:relative"), ("$${x}", "${x}"),
        ])
    func secrets(written: String, value: String) throws {
        let configuration = read("a: \"\(written)\"", variables: Self.variables, files: Self.files)
        let secret = try #require(configuration.root.secret("a"))
        #expect(secret.reveal() == value)
        #expect(configuration.lines == [])
    }

    @Test(
        "a secret that cannot be had is a problem",
        arguments: [
            ("a:", "1:3: 'a' has no value; give a text, file:/path, ${NAME} or ${credential:name}, or remove the key"),
            ("a: []", "1:4: 'a' is a list; give a text, file:/path, ${NAME} or ${credential:name}"),
            (
                "a: file:/etc/no",
                "1:4: the secret in '/etc/no' cannot be read: No such file or directory; "
                    + "correct the path or the file's permissions"
            ),
            (
                "a: file:/etc/empty",
                "1:4: the secret in '/etc/empty' cannot be read: it is empty; correct the path or the file's permissions"
            ),
            (
                "a: ${credential:no}",
                "1:4: the secret in '/run/credentials/no' cannot be read: No such file or directory; "
                    + "correct the path or the file's permissions"
            ),
            (
                "a: ${credential:../x}",
                "1:4: '${' begins no reference here; write ${NAME}, ${NAME:-default} or ${credential:name}, "
                    + "and $${ for the text ${"
            ),
            (
                "a: file:/${credential:es}",
                "1:4: ${credential:es} is for secrets only; write the value, or ${NAME} from the environment"
            ),
        ])
    func noSecret(yaml: String, problem: String) {
        let configuration = read(yaml, variables: Self.variables, files: Self.files)
        #expect(configuration.root.secret("a") == nil)
        #expect(configuration.lines == [problem])
    }

    @Test("a credential outside of systemd says what is missing")
    func outside() {
        let configuration = read("a: ${credential:es}")
        #expect(configuration.root.secret("a") == nil)
        #expect(
            configuration.lines == [
                "1:4: ${credential:es} needs CREDENTIALS_DIRECTORY, which systemd sets where the unit has "
                    + "LoadCredential=; outside of it set it to the folder that holds 'es'"
            ])
    }

    @Test("a secret is printed as stars, whatever prints it")
    func stars() throws {
        let secret = try #require(read("a: hunter2").root.secret("a"))
        var dumped = ""
        dump(["x": secret], to: &dumped)
        for text in ["\(secret)", String(describing: secret), String(reflecting: secret), "\([secret])", dumped] {
            #expect(text.contains("***"))
            #expect(!text.contains("hunter2"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test("a secret is read again on request, and keeps its value where that fails")
    func reload() throws {
        let file = Mutex<[UInt8]?>(Array("one\n".utf8))
        let environment = ConfigEnvironment(variable: { _ in nil }) { _ throws(ConfigFileError) in
            guard let bytes = file.withLock({ $0 }) else { throw ConfigFileError(reason: "Permission denied") }
            return bytes
        }
        let root = Configuration.read(Array("a: file:/pw".utf8), file: "a.yaml", environment: environment).root
        let secret = try #require(root.secret("a"))
        #expect(try !secret.reload())
        file.withLock { $0 = Array("two".utf8) }
        #expect(secret.reveal() == "one")
        #expect(try secret.reload())
        #expect(secret.reveal() == "two")
        file.withLock { $0 = nil }
        #expect(throws: SecretError.self) { try secret.reload() }
        #expect(secret.reveal() == "two")
    }
}
