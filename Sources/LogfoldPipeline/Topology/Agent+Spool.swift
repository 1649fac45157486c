import LogfoldIO
import LogfoldSpool

extension Agent {
    /// Says from half on, and at each tenth more, how full the spool is, for whom, and when it will be full.
    func sayFill() {
        let fill = spool.status()
        guard fill.type == "disk", fill.maxBytes > 0 else { return }
        let tenths = fill.bytes * 10 / fill.maxBytes
        if tenths < 4, saidTenths > 0 {
            saidTenths = 0
            surroundings.diagnostics.info("The spool has room again", [])
        }
        guard tenths >= 5, tenths > saidTenths else { return }
        saidTenths = tenths
        if let text = board.status().spoolFill {
            surroundings.diagnostics.warning("The spool fills", [("spool", text)])
        }
    }
}
