import CCurl

/// libcurl itself: made ready with its first use and not before, since that takes milliseconds.
enum CurlLibrary {
    /// Whether it can be used.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}

/// One transfer's handle, with the options as they are set.
///
/// The first option that libcurl does not take is kept in ``problem``: a transfer without it must not begin.
@safe
final class CurlHandle {
    let pointer: UnsafeMutableRawPointer
    /// What libcurl would not take, as a sentence.
    private(set) var problem: String?

    init?() {
        guard CurlLibrary.isReady, let pointer = unsafe curl_easy_init() else { return nil }
        unsafe self.pointer = pointer
    }

    deinit { unsafe curl_easy_cleanup(pointer) }

    /// What tells it from other handles.
    var key: UInt { unsafe UInt(bitPattern: pointer) }

    func set(_ option: CURLoption, _ value: Int) {
        note(unsafe logfold_curl_set_number(pointer, option, value), option)
    }

    func set(_ option: CURLoption, size: Int) {
        note(unsafe logfold_curl_set_size(pointer, option, curl_off_t(size)), option)
    }

    func set(_ option: CURLoption, _ value: String) {
        note(unsafe logfold_curl_set_text(pointer, option, value), option)
    }

    func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
        note(unsafe logfold_curl_set_pointer(pointer, option, value), option)
    }

    func set(_ option: CURLoption, _ list: CurlList) {
        note(unsafe logfold_curl_set_list(pointer, option, list.head), option)
    }

    /// Copies the bytes.
    func set(_ option: CURLoption, blob: [UInt8]) {
        var blob = blob
        note(unsafe logfold_curl_set_blob(pointer, option, &blob, blob.count), option)
    }

    func set(_ option: CURLoption, _ callback: curl_write_callback) {
        note(unsafe logfold_curl_set_transfer(pointer, option, callback), option)
    }

    private func note(_ result: CURLcode, _ option: CURLoption) {
        guard result != CURLE_OK, problem == nil else { return }
        problem = "libcurl does not take its option \(option.rawValue): \(result.text)"
    }

    func number(_ info: CURLINFO) -> Int {
        var value = 0
        unsafe _ = logfold_curl_get_number(pointer, info, &value)
        return value
    }

    /// Sends bytes on a connection that was made with `CURLOPT_CONNECT_ONLY`: how many, where the code is `CURLE_OK`.
    func send(_ bytes: UnsafeRawBufferPointer) -> (code: CURLcode, count: Int) {
        var count = 0
        let code = unsafe curl_easy_send(pointer, bytes.baseAddress, bytes.count, &count)
        return (code, count)
    }

    /// Reads bytes from such a connection: how many, where the code is `CURLE_OK`; none at its end.
    func receive(_ room: UnsafeMutableRawBufferPointer) -> (code: CURLcode, count: Int) {
        var count = 0
        let code = unsafe curl_easy_recv(pointer, room.baseAddress, room.count, &count)
        return (code, count)
    }

    /// The socket of such a connection; nil where there is none.
    var socket: Int32? {
        var socket = curl_socket_t(CURL_SOCKET_BAD)
        unsafe _ = logfold_curl_get_socket(pointer, &socket)
        return socket >= 0 ? socket : nil
    }

    /// What the server has shown of its chain, as PEM, its own certificate first.
    var certificates: [String] {
        var info: UnsafeMutablePointer<curl_certinfo>?
        guard unsafe logfold_curl_get_certificates(pointer, &info) == CURLE_OK, let info = unsafe info else {
            return []
        }
        return unsafe (0..<Int(info.pointee.num_of_certs)).compactMap { number in
            var item = unsafe info.pointee.certinfo[number]
            while let entry = unsafe item {
                if let data = unsafe entry.pointee.data {
                    let text = unsafe String(cString: data)
                    if text.hasPrefix("Cert:") { return String(text.dropFirst("Cert:".count)) }
                }
                unsafe item = entry.pointee.next
            }
            return nil
        }
    }
}

/// A list of texts as libcurl wants them.
@safe
final class CurlList {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    init(_ texts: [String]) {
        for text in texts { unsafe head = curl_slist_append(head, text) }
    }

    deinit { unsafe curl_slist_free_all(head) }
}

extension CURLcode {
    /// Its meaning in libcurl's words.
    var text: String { unsafe String(cString: curl_easy_strerror(self)) }
}
