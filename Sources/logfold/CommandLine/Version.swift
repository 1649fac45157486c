/// The version that `--version`, the help and the man pages print.
enum Version {
    /// By Semantic Versioning.
    static let current = "0.1.0"
}
