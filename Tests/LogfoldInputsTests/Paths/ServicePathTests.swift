import LogfoldInputs
import Testing

@Suite("What a path says of the service")
struct ServicePathTests {
    @Test(
        "the binary is known from the path",
        arguments: [
            ("/var/log/kolla/nova/nova-api.log", "nova-api"), ("/var/log/nova/nova-compute.log.1.gz", "nova-compute"),
            ("/var/log/containers/neutron/server.log", "neutron-server"), ("/var/log/glance/api.log", "glance-api"),
            ("/var/log/containers/heat/heat_api.log", "heat-api"), ("/var/log/keystone/keystone.log", "keystone"),
            ("/var/log/neutron/l3-agent.log-20261122.zst", "neutron-l3-agent"),
            ("/var/log/apache2/keystone_error.log", "keystone"),
            ("/var/log/kolla/nova/nova-api-access.log", "nova-api"),
            ("/var/log/messages.log", nil), ("/var/log/syslog", nil), ("/var/log/mysql/error.log", "mysql"),
        ] as [(String, String?)])
    func service(path: String, expected: String?) {
        #expect(ServicePath.service(of: path) == expected)
    }

    @Test(
        "a relative path and its full spelling are one",
        arguments: [("a/b.log", "/x/a/b.log"), ("./b.log", "/x/b.log")])
    func absolute(path: String, expected: String) {
        #expect(ServicePath.absolute(path, in: "/x") == expected)
        #expect(ServicePath.absolute(expected, in: "/y") == expected)
    }
}
