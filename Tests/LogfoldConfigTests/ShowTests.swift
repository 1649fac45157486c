import LogfoldConfig
import LogfoldTestSupport
import Testing

@Suite("Showing a configuration")
struct ShowTests {
    @Test("secrets, references and passwords in URLs are masked; what was asked for and is absent shows its default")
    func masked() {
        let configuration = read(
            """
            data_dir: /var/lib/logfold
            host: ${HOST:-secret-default}
            text: "$${x} # no comment"
            lines: |
              a
              b
            sinks:
              es:
                endpoints: ["https://me:pw@es1:9200", 'https://es2:9200']
                api_key: plain-key
                auth: { user: logfold, word: hunter2, headers: { Authorization: Bearer xyz } }
                secrets: [one, { two: three }]
                password: file:/etc/pw
                monasca: "${credential:monasca}"
              empty: {}
              none:
            list: []
            """, variables: ["HOST": "from-environment"], files: ["/etc/pw": "from-file"])
        let root = configuration.root
        _ = (root.text("data_dir", default: "/x"), root.text("host"), root.flag("debug", default: false))
        let sinks = root.sections("sinks")
        _ = sinks[0].section("auth")?.secret("word")
        _ = sinks[0].duration("flush", in: .zero ... .seconds(60), default: .seconds(5))
        _ = sinks[2].size("max_bytes", in: 1...(1 << 30), default: 1 << 20)
        #expect(
            configuration.show() == """
                data_dir: /var/lib/logfold
                host: "***" # ${HOST}
                text: "$${x} # no comment"
                lines: "a\\nb\\n"
                sinks:
                  es:
                    endpoints:
                      - "https://me:***@es1:9200"
                      - "https://es2:9200"
                    api_key: "***"
                    auth:
                      user: logfold
                      word: "***"
                      headers:
                        Authorization: "***"
                    secrets:
                      - "***"
                      -
                        two: "***"
                    password: "***" # 'file:/etc/pw'
                    monasca: "***" # ${credential:monasca}
                    flush: 5s # default
                  empty: {}
                  none:
                    max_bytes: 1MiB # default
                list: []
                debug: false # default

                """)
    }

    @Test("a file with every form is read without a problem and shown without a secret")
    func everything() throws {
        let configuration = Configuration.read(
            try Fixtures.bytes("config/everything.yaml"), file: "everything.yaml",
            environment: .fake(
                ["CREDENTIALS_DIRECTORY": "/c"], ["/c/es_api_key": "hunter2", "/etc/logfold/key.password": "hunter2\n"])
        )
        let root = configuration.root
        let inputs = root.sections("inputs")
        #expect(inputs.map(\.name) == ["openstack", "journal"])
        #expect(inputs.map { $0.texts("include").count } == [2, 0])
        #expect(inputs.map { $0.section("fold")?.optionalSize("max_bytes", in: 0...Int.max) } == [1 << 20, 1 << 20])
        #expect(
            root.section("transforms")?.section("drop_debug")?.text("drop")
                == "log.level < info and service.name == \"neutron-server\"")
        let sinks = root.sections("sinks")
        #expect(sinks[0].text("path") == "/var/log/logfold/{service.name}-{+%Y-%m-%d}.jsonl.zst")
        #expect(sinks[0].flag("enabled", default: false))
        #expect(sinks[1].texts("endpoints") == ["https://es1:9200", "https://me:word@es2:9200"])
        #expect(sinks[1].section("auth")?.secret("api_key")?.reveal() == "hunter2")
        #expect(sinks[1].section("tls")?.secret("password")?.reveal() == "hunter2")
        #expect(sinks[1].pairs("labels").map(\.value) == ["RegionOne", "${5}"])
        #expect(root.section("metrics")?.keys == [])
        #expect(configuration.problems.isEmpty)
        #expect(!configuration.show().contains("hunter2"))
        #expect(!configuration.show().contains("word@"))
    }

    @Test("without secrets it is YAML that says the same")
    func roundTrip() {
        let yaml = """
            a: [1, '1', true, "true", ~, "", "a: b", "- c", "#", "tab\\t\\u2028\\e", ü]
            "odd key: x": { n: { m: [[x], { y: z }, {}, []] } }
            "yes": .5
            """
        let first = read(yaml)
        let second = read(first.show())
        #expect(second.lines == [])
        #expect(second.root.isSame(as: first.root))
        #expect(second.show() == first.show())
    }
}
