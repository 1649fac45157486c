import CCurl

/// Where libcurl writes what went wrong with a handle, in more words than its code has.
@safe
final class CurlErrorText {
    private let handle: CurlHandle
    private let text: UnsafeMutablePointer<CChar>

    /// The text of a handle, which is kept as long as this.
    init(of handle: CurlHandle) {
        self.handle = handle
        unsafe text = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe text.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        unsafe handle.set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(text))
    }

    deinit {
        // The handle may outlive this, and libcurl may have something to say when it closes.
        unsafe handle.set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer?.none)
        unsafe text.deallocate()
    }

    /// What it has written; the code's own words where it has not.
    func text(for code: CURLcode) -> String {
        let said = unsafe String(cString: text)
        // It writes once only, and that a connection has broken so soon that nobody can say with whom it was is no reason.
        return said.isEmpty || said.hasPrefix("getpeername()") ? code.text : said
    }
}
