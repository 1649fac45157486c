import Foundation
import LogfoldConfig
import LogfoldParsing
import Testing

@testable import LogfoldInputs

@Suite("Presets")
struct PresetTests {
    @Test("each log of a deployment is read by one input, whatever lies beside it", arguments: DeploymentTree.all)
    func readers(tree: DeploymentTree) throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "logfold-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let scan = try PresetScan(tree, in: root)
        for log in tree.logs {
            let expected = log.reader == .nobody ? [] : [log.reader.rawValue]
            #expect(scan.readers[log.path, default: []] == expected, "\(log.path)")
        }
    }

    @Test("each log has the name of its service", arguments: DeploymentTree.all)
    func services(tree: DeploymentTree) {
        for log in tree.logs where log.reader != .nobody {
            #expect(ServicePath.service(of: log.path) ?? "-" == log.service, "\(log.path)")
        }
    }

    @Test(
        "what services of OpenStack write is recognised line by line, what others write is text",
        arguments: Preset.all.filter { $0.units.isEmpty }.map(\.name))
    func formats(name: String) throws {
        let preset = try #require(Preset.all.first { $0.name == name })
        #expect(preset.inputs.map { "\($0.name) \($0.format.rawValue)" } == ["openstack auto", "infrastructure text"])
    }

    @Test("a preset is a configuration that lies under the operator's")
    func configuration() throws {
        let preset = try #require(Preset.kolla.configuration)
        let own = Array("inputs: { openstack: { format: oslo } }".utf8)
        let nothing = ConfigEnvironment(variable: { _ in nil }) { _ throws(ConfigFileError) in [] }
        let document = Configuration.read(own, file: "own.yaml", environment: nothing)
            .over(preset: Array(preset.utf8), file: "preset kolla")
        let inputs = document.root.sections("inputs")
        #expect(inputs.map(\.name) == ["openstack", "infrastructure"])
        #expect(inputs.map { $0.text("format") } == ["oslo", "text"])
        #expect(inputs.map { $0.text("type") } == ["file", "file"])
        #expect(inputs[0].texts("include") == ["/var/log/kolla/*/*.log"])
        #expect(inputs[0].texts("exclude").last == "dnsmasq.log")
        #expect(document.problems == [])
    }

    @Test(
        "a preset that reads the journal is refused with a way out",
        arguments: [
            (
                "devstack",
                """
                the preset 'devstack' reads the journal, which this version of the agent does not; until it does, use \
                the filter: journalctl --all -f -o json -u 'devstack@*' | logfold
                """
            ),
            ("osa", "-u 'nova*'"),
        ])
    func refused(name: String, expected: String) throws {
        let preset = try #require(Preset.all.first { $0.name == name })
        #expect(preset.configuration == nil)
        #expect(preset.refusal?.contains(expected) == true)
    }

    @Test("the others are not")
    func accepted() {
        #expect(Preset.all.filter { $0.refusal == nil }.map(\.name) == ["kolla", "debian", "rdo", "tripleo"])
    }
}
