import Foundation
import LogfoldIO
import LogfoldTestSupport
import Testing

/// A secret as systemd hands it over: `LoadCredential=` is a file in a folder that `CREDENTIALS_DIRECTORY` names.
@Suite(.serialized) struct CredentialsTests {
    /// A bulk endpoint for the user `logfold`, which takes everything from whoever knows the password.
    private static func server(_ password: Monitor<String>) throws -> ScriptedServer {
        try ScriptedServer { request in
            let word = Data("logfold:\(password.withLock { $0 })".utf8).base64EncodedString()
            guard request.headers["authorization"] == "Basic \(word)" else { return .answer(401) }
            // A line for the action, and one for the event.
            let items = Array(repeating: #"{"create":{"status":201}}"#, count: request.body.count { $0 == 0x0A } / 2)
            return .answer(200, body: #"{"took":1,"errors":false,"items":[\#(items.joined(separator: ","))]}"#)
        }
    }

    @Test func aSinkLogsInWithItAlsoAfterItWasChangedAndItIsShownNowhere() throws {
        let password = Monitor("correct-horse")
        let server = try Self.server(password)
        let agent = try RunningAgent(
            RunningAgent.smallest + """

                  elastic:
                    type: elasticsearch
                    endpoints: ["\(server.url)"]
                    auth: { username: logfold, password: "${credential:es_password}" }
                    compression: none
                    flush: 100ms
                    proxy: ""
                """)
        let credential = URL(filePath: agent.folder.path + "/credentials/es_password")
        try FileManager.default.createDirectory(
            at: credential.deletingLastPathComponent(), withIntermediateDirectories: true)
        agent.environment["CREDENTIALS_DIRECTORY"] = credential.deletingLastPathComponent().path
        try Data("correct-horse".utf8).write(to: credential)
        let shown = try agent.check(["--show"])
        #expect(shown.contains("${credential:es_password}"))
        #expect(!shown.contains("correct-horse"))

        try agent.start()
        let log = try ServiceLog("\(agent.logs)/nova.log")
        let watch = FolderWatch(agent.folder.path)
        try log.write(10)
        #expect(watch.wait { agent.figure("delivered_events", of: "elastic")?.text == "10" })
        password.change { $0 = "battery-staple" }
        try Data("battery-staple".utf8).write(to: credential)
        try log.write(10)
        #expect(watch.wait { agent.figure("delivered_events", of: "elastic")?.text == "20" })
        #expect(agent.stop() == 0)
        #expect(!agent.messages.contains("correct-horse") && !agent.messages.contains("battery-staple"))
    }
}
