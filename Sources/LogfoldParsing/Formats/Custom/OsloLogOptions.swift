/// The options that decide what a service's log looks like, with oslo.log's defaults where no file sets them.
package struct OsloLogOptions {
    /// `logging_context_format_string`: records of a request (R1).
    package var contextFormat: OsloConfig.Value
    /// `logging_default_format_string`: all other records.
    package var defaultFormat: OsloConfig.Value
    /// `logging_exception_prefix`: before each line of a traceback (R7).
    package var exceptionPrefix: OsloConfig.Value
    /// `logging_debug_format_suffix`: behind the message of DEBUG records (R6).
    package var debugSuffix: OsloConfig.Value
    /// `logging_user_identity_format`: what `%(user_identity)s` prints.
    package var userIdentity: OsloConfig.Value
    /// `log_date_format`: what `%(asctime)s` prints.
    package var dateFormat: OsloConfig.Value
    /// `instance_format` and `instance_uuid_format`: what `%(instance)s` prints (R8).
    package var instanceFormats: [OsloConfig.Value]

    /// Defaults of the newest oslo.log (8.3). What differed in older releases is read by shape, not by these texts.
    static let defaults = [
        "logging_context_format_string": "%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s "
            + "[%(global_request_id)s %(request_id)s %(user_identity)s] %(instance)s%(message)s",
        "logging_default_format_string":
            "%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [-] %(instance)s%(message)s",
        "logging_exception_prefix": "%(asctime)s.%(msecs)03d %(process)d ERROR %(name)s %(instance)s",
        "logging_debug_format_suffix": "%(funcName)s %(pathname)s:%(lineno)d",
        "logging_user_identity_format":
            "%(user)s %(project)s %(domain)s %(system_scope)s %(user_domain)s %(project_domain)s",
        "log_date_format": "%Y-%m-%d %H:%M:%S",
        "instance_format": "[instance: %(uuid)s] ",
        "instance_uuid_format": "[instance: %(uuid)s] ",
        "use_json": "false",
    ]

    /// Reads the options out of a service's files; nil if there are problems, which are all reported.
    package static func read(
        _ files: [(name: String, text: [UInt8])]
    ) -> (options: OsloLogOptions?, problems: [OsloConfigProblem]) {
        let config = OsloConfig(files, defaults: defaults)
        var problems = config.problems
        func value(_ option: String) -> OsloConfig.Value {
            do throws(OsloConfigProblem) {
                if let found = try config.value(option) { return found }
            } catch {
                problems.append(error)
            }
            return OsloConfig.Value(option: option, text: "", file: "", line: 0)
        }
        let options = OsloLogOptions(
            contextFormat: value("logging_context_format_string"),
            defaultFormat: value("logging_default_format_string"),
            exceptionPrefix: value("logging_exception_prefix"),
            debugSuffix: value("logging_debug_format_suffix"),
            userIdentity: value("logging_user_identity_format"),
            dateFormat: value("log_date_format"),
            instanceFormats: [value("instance_format"), value("instance_uuid_format")])
        for name in ["log_config_append", "log_config"] {
            let file = value(name)
            guard file.isSet, !file.text.isEmpty else { continue }
            problems.append(
                file.refused(
                    "\(name) = \(file.text): the formatters in that file decide what this service's log looks like, "
                        + "not the options here",
                    "name the format by --format, or give --oslo-config a file that holds the format strings"))
        }
        let json = value("use_json")
        if ["true", "1", "on", "yes"].contains(json.text.lowercased()) {
            problems.append(
                json.refused("use_json = \(json.text): this service writes JSON", "use --format oslo_json"))
        }
        return (problems.isEmpty ? options : nil, problems)
    }
}
