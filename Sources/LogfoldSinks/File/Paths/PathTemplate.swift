// `path:` of a file sink: `/var/log/logfold/{service.name}/{+%Y-%m-%d}.jsonl`, an ``EventTemplate``.
//
// Everything before the first template up to its last slash is the base directory: no value can lead out of it, since
// a value is never more than a part of one name.

/// A path with fields and times of events in it.
package struct PathTemplate: Equatable, Sendable {
    /// What is wrong with a template, and the way out.
    package typealias Problem = EventTemplate.Problem

    let template: EventTemplate

    /// The template as it was written.
    package var text: String { template.text }

    /// A path without templates, which is not checked.
    init(constant text: String) { template = EventTemplate(constant: text) }

    /// The directory that every path of this template lies in.
    package var baseDirectory: String {
        guard case .literal(let first)? = template.pieces.first, let slash = first.lastIndex(of: "/") else {
            return "."
        }
        return slash == first.startIndex ? "/" : String(first[..<slash])
    }
}

extension PathTemplate {
    /// Longest template in bytes. Linux's paths have at most 4,096, and each name in them 255.
    static let maximumLength = 1_024

    /// Reads a template.
    package init(_ text: String) throws(Problem) {
        template = try EventTemplate(text)
        try check()
    }

    private func check() throws(Problem) {
        guard text.utf8.count <= Self.maximumLength else {
            throw Problem(description: "the path is longer than \(Self.maximumLength) bytes; shorten it")
        }
        guard text.hasPrefix("/") else {
            throw Problem(description: "the path does not begin with '/'; give it from the root, as /var/log/logfold/…")
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Problem(description: "the path has a control character in it; remove it")
        }
        let names = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = names.last, !last.isEmpty, last != ".", last != ".." else {
            throw Problem(description: "the path has no file name at its end; append one, as /events.jsonl")
        }
        guard !names.contains("..") else {
            throw Problem(description: "the path has '..' in it; give it without")
        }
        guard !text.hasPrefix("/{") else {
            throw Problem(description: "the path has no directory before its first field; put one there, as /var/log/…")
        }
    }
}
