import LogfoldConfig
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldTransport

/// The configuration of a sink with a `keystone:` section, in a world of these variables and real files.
private struct World {
    var variables: [String: String] = [:]

    func read(_ keystone: String, catalog: Bool = true) throws -> (settings: KeystoneSettings?, problems: [String]) {
        let variables = variables
        let environment = ConfigEnvironment(variable: { variables[$0] }) { path throws(ConfigFileError) in
            do throws(FileSystemError) {
                return try OpenFile(path, in: PosixFileSystem()).readAll(limit: ConfigEnvironment.largestFile)
            } catch {
                throw ConfigFileError(reason: "No such file or directory")
            }
        }
        let text = "sink:\n  keystone: \(keystone)\n"
        let configuration = Configuration.read(Array(text.utf8), file: "a.yaml", environment: environment)
        let section = try #require(configuration.root.section("sink"))
        let settings = KeystoneSettings(
            section, PosixFileSystem(), defaultTypes: ["logs", "logging"], needsCatalog: catalog)
        section.finish()
        return (settings, configuration.problems.map { "\($0)" })
    }

    /// What would be sent to Keystone.
    func request(_ keystone: String) throws -> String {
        let (settings, problems) = try read(keystone)
        #expect(problems.isEmpty)
        return String(decoding: try #require(settings).identity.request, as: UTF8.self)
    }
}

@Suite("Keystone: configuration")
struct KeystoneConfigTests {
    private static let clouds = """
        clouds:
          lab:
            auth:
              auth_url: https://ks.lab:5000/v3
              username: agent
              password: "p$a${ss"
              project_name: logs
              user_domain_name: Users
              project_domain_id: pd1
            region_name: RegionTwo
            interface: internal
          app:
            auth_type: v3applicationcredential
            auth: { auth_url: "https://ks.app:5000", application_credential_id: ac1, application_credential_secret: s1 }
          careless:
            verify: false
            auth: { auth_url: "https://ks.app:5000", username: u, password: p, project_name: x }
        """

    @Test("A user by its name in the usual domain, and by its id")
    func password() throws {
        let world = World()
        let byName = try world.request("{ auth_url: \"http://k:5000/v3/\", username: u, password: p, project_name: x }")
        #expect(
            byName
                == #"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"u","domain":{"id":"default"},"password":"p"}}},"scope":{"project":{"name":"x","domain":{"id":"default"}}}}}"#
        )
        let byID = try world.request("{ auth_url: \"http://k:5000\", user_id: 7, password: 'p\"', project_id: 9 }")
        #expect(
            byID
                == #"{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"7","password":"p\""}}},"scope":{"project":{"id":"9"}}}}"#
        )
    }

    @Test("An application credential by its id, and by its name with its user; neither has a scope")
    func credential() throws {
        let world = World()
        let address = "auth_url: \"http://k:5000\", application_credential_secret: s"
        #expect(
            try world.request("{ \(address), application_credential_id: a }")
                == #"{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"id":"a","secret":"s"}}}}"#
        )
        #expect(
            try world.request("{ \(address), application_credential_name: n, username: u, user_domain_name: D }")
                == #"{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"name":"n","user":{"name":"u","domain":{"name":"D"}},"secret":"s"}}}}"#
        )
    }

    @Test("An address with and without version is the same", arguments: ["", "/", "/v3", "/v3/"])
    func address(end: String) throws {
        let (settings, _) = try World().read(
            "{ auth_url: \"https://k/identity\(end)\", username: u, password: p, project_name: x }")
        #expect(settings?.authURL.url == "https://k/identity")
    }

    @Test("What the section leaves open comes from the variables, as an openrc file sets them")
    func variables() throws {
        let world = World(variables: [
            "OS_AUTH_URL": "https://ks:5000/v3", "OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_TENANT_NAME": "t",
            "OS_USER_DOMAIN_NAME": "UD", "OS_PROJECT_DOMAIN_ID": "pd", "OS_REGION_NAME": "R1",
            "OS_ENDPOINT_TYPE": "internalURL",
        ])
        let (settings, problems) = try world.read("{}")
        #expect(problems.isEmpty)
        #expect(settings?.authURL.url == "https://ks:5000")
        #expect(settings?.catalog?.region == "R1")
        #expect(settings?.catalog?.interface == "internal")
        #expect(
            try world.request("{ project_id: own }")
                == #"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"u","domain":{"name":"UD"},"password":"p"}}},"scope":{"project":{"id":"own"}}}}"#
        )
        #expect(
            try world.read("{ auth_url: \"http://k\", username: mine }").problems.contains {
                $0.contains("give 'password'")
            }, "With an address of its own the section says everything")
    }

    @Test("A cloud of clouds.yaml, named by the section or by OS_CLOUD; variables count more, secure.yaml too")
    func cloud() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(Self.clouds.utf8, to: "openstack/clouds.yaml")
        var world = World(variables: ["XDG_CONFIG_HOME": scratch.path])
        #expect(
            try world.request("{ cloud: lab }")
                == #"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"agent","domain":{"name":"Users"},"password":"p$a${ss"}}},"scope":{"project":{"name":"logs","domain":{"id":"pd1"}}}}}"#
        )
        let (lab, _) = try world.read("{ cloud: lab }")
        #expect(lab?.authURL.url == "https://ks.lab:5000")
        #expect(lab?.catalog?.interface == "internal" && lab?.catalog?.region == "RegionTwo")
        #expect(try world.read("{ cloud: lab, region: Three }").settings?.catalog?.region == "Three")
        #expect(try world.request("{ cloud: app }").contains(#"{"id":"ac1","secret":"s1"}"#))

        world.variables["OS_CLOUD"] = "lab"
        world.variables["OS_USERNAME"] = "other"
        try scratch.write("clouds: { lab: { auth: { password: secure } } }".utf8, to: "openstack/secure.yaml")
        #expect(try world.request("{}").contains(#""name":"other","domain":{"name":"Users"},"password":"secure""#))
    }

    @Test("A vendor's profile is looked up in clouds-public.yaml")
    func profile() throws {
        let scratch = try ScratchDirectory()
        let clouds = try scratch.write(
            "clouds: { c: { profile: v, auth: { username: u, password: p, project_name: x } } }".utf8, to: "clouds.yaml"
        )
        let world = World(variables: ["OS_CLIENT_VENDOR_FILE": scratch.path + "/clouds-public.yaml"])
        #expect(
            try world.read("{ cloud: c, clouds_file: \(clouds) }").problems.contains {
                $0.contains("has the profile 'v', and there is no clouds-public.yaml")
            })
        try scratch.write(
            "public-clouds: { v: { auth: { auth_url: \"https://vendor:5000/v3\" } } }".utf8, to: "clouds-public.yaml")
        let (settings, problems) = try world.read("{ cloud: c, clouds_file: \(clouds) }")
        #expect(problems.isEmpty)
        #expect(settings?.authURL.url == "https://vendor:5000")
    }

    @Test("A password in clouds.yaml is read again")
    func changedPassword() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write(Self.clouds.utf8, to: "clouds.yaml")
        let (settings, _) = try World().read("{ cloud: lab, clouds_file: \(path) }")
        let secret = try #require(settings).identity.secret
        #expect(try !secret.reload())
        try scratch.write(Self.clouds.replacing("p$a${ss", with: "new").utf8, to: "clouds.yaml")
        #expect(try secret.reload())
        #expect(secret.reveal() == "new")
    }

    @Test("The cloud's CA counts for Keystone, and the sink may take it over")
    func cloudCA() throws {
        let scratch = try ScratchDirectory()
        let ca = try scratch.write("x".utf8, to: "ca.pem")
        let world = World(variables: [
            "OS_AUTH_URL": "https://ks", "OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_PROJECT_NAME": "x",
            "OS_CACERT": ca,
        ])
        let (settings, problems) = try world.read("{}")
        #expect(problems.isEmpty)
        #expect(settings?.transport.tls.ca == ca)
        #expect(settings?.cloudTLS?.ca == ca)
    }

    @Test(
        "What is wrong is said with a way out",
        arguments: [
            ("{}", "'auth_url' is missing in sink.keystone"),
            ("{ auth_url: ks }", "the auth_url is no address"),
            ("{ auth_url: \"http://k/v2.0\", username: u, password: p, project_id: x }", "no v2.0 any more"),
            ("{ auth_url: \"http://k\" }", "nobody is named; give 'username'"),
            ("{ auth_url: \"http://k\", username: u, project_id: x }", "the password is missing"),
            ("{ auth_url: \"http://k\", username: u, password: p }", "a token without a project has no catalog"),
            ("{ auth_url: \"http://k\", application_credential_id: a }", "'application_credential_secret' is missing"),
            ("{ auth_url: \"http://k\", application_credential_secret: a }", "'application_credential_id' is missing"),
            (
                "{ auth_url: \"http://k\", application_credential_name: n, application_credential_secret: a }",
                "by its name needs 'username'"
            ),
            (
                "{ auth_url: \"http://k\", username: u, password: p, application_credential_id: a, application_credential_secret: s }",
                "two ways to be let in"
            ),
            (
                "{ auth_url: \"http://k\", application_credential_id: a, application_credential_secret: s, project_id: x }",
                "belongs to a project already"
            ),
            ("{ auth_url: \"http://k\", cloud: lab }", "leave one of them out"),
            ("{ cloud: lab, clouds_file: /no/such.yaml }", "the configuration cannot be read: No such file"),
            ("{ cloud: nope, clouds_file: CLOUDS }", "there is no 'nope' in CLOUDS, only app, careless, lab"),
            ("{ cloud: careless, clouds_file: CLOUDS }", "turns the check of certificates off"),
            ("{ auth_url: \"http://k\", interface: outer }", "'outer'"),
            ("{ auth_url: \"http://k\", user: u }", "unknown key 'user'"),
        ])
    func problems(keystone: String, expected: String) throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write(Self.clouds.utf8, to: "clouds.yaml")
        let (_, problems) = try World().read(keystone.replacing("CLOUDS", with: path))
        #expect(problems.contains { $0.contains(expected.replacing("CLOUDS", with: path)) }, "\(problems)")
    }

    @Test("A kind of login that an agent cannot renew is refused")
    func authType() throws {
        let world = World(variables: ["OS_AUTH_URL": "https://ks", "OS_AUTH_TYPE": "v3token"])
        let (_, problems) = try world.read("{}")
        #expect(problems.contains { $0.contains("the auth_type 'v3token' cannot be used by an agent") }, "\(problems)")
    }
}
