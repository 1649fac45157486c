import CCurl

/// One request on its way, and what has come back of its answer.
///
/// libcurl holds a pointer to it from ``init(_:number:settings:trusting:)`` to the end of the transfer; whoever owns it
/// keeps it until then.
@safe
final class CurlExchange {
    let number: Int
    let handle: CurlHandle
    private let body: [UInt8]
    private let headerList: CurlList
    private let largestAnswer: Int
    private let errorText: CurlErrorText
    /// How much of the body libcurl has taken.
    private var sent = 0
    private var answer = TransportAnswer(status: 0)
    private var isTooLong = false

    init?(_ request: TransportRequest, number: Int, settings: TransportSettings, trusting certificate: String?) {
        guard let handle = CurlHandle() else { return nil }
        self.number = number
        self.handle = handle
        body = request.body
        largestAnswer = settings.largestAnswer
        // An empty `Expect:` keeps libcurl from waiting for a word of the server before it sends the body.
        headerList = CurlList(request.headers.map { "\($0.name): \($0.value)" } + ["Expect:"])
        errorText = CurlErrorText(of: handle)
        handle.set(settings, trusting: certificate)
        handle.set(CURLOPT_URL, request.url)
        handle.set(CURLOPT_HTTPHEADER, headerList)
        // HTTP/1.1 only: a request more is a connection more.
        handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        handle.set(CURLOPT_ACCEPT_ENCODING, "gzip")
        handle.set(CURLOPT_TIMEOUT_MS, settings.timeout.milliseconds)
        setBody(request.method)
        setAnswer()
    }

    private func setBody(_ method: TransportRequest.Method) {
        guard method != .get else { return handle.set(CURLOPT_HTTPGET, 1) }
        handle.set(CURLOPT_POST, 1)
        if method != .post { handle.set(CURLOPT_CUSTOMREQUEST, method.rawValue) }
        handle.set(CURLOPT_POSTFIELDSIZE_LARGE, size: body.count)
        // There is no function to go back in the body: so libcurl cannot send it again without being asked to, as it
        // does when a kept connection was closed without an answer.
        unsafe handle.set(CURLOPT_READFUNCTION) { room, size, count, exchange in
            guard let room = unsafe room, let exchange = unsafe exchange else { return Int(CURL_READFUNC_ABORT) }
            return unsafe CurlExchange.of(exchange).give(
                UnsafeMutableRawBufferPointer(start: room, count: size * count))
        }
        unsafe handle.set(CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque())
    }

    private func setAnswer() {
        unsafe handle.set(CURLOPT_WRITEFUNCTION) { bytes, size, count, exchange in
            guard let bytes = unsafe bytes, let exchange = unsafe exchange else { return 0 }
            return unsafe CurlExchange.of(exchange).take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        unsafe handle.set(CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque())
        unsafe handle.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, exchange in
            guard let bytes = unsafe bytes, let exchange = unsafe exchange else { return 0 }
            return unsafe CurlExchange.of(exchange).note(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        unsafe handle.set(CURLOPT_HEADERDATA, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func of(_ pointer: UnsafeMutableRawPointer) -> CurlExchange {
        unsafe Unmanaged<CurlExchange>.fromOpaque(pointer).takeUnretainedValue()
    }

    // MARK: What libcurl asks for

    private func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, body.count - sent)
        unsafe body.withUnsafeBytes { bytes in
            unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[sent..<sent + count]))
        }
        sent += count
        return count
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard answer.body.count + bytes.count <= largestAnswer else {
            isTooLong = true
            return 0
        }
        unsafe answer.body.append(contentsOf: bytes)
        return bytes.count
    }

    private func note(_ bytes: UnsafeRawBufferPointer) -> Int {
        let line = unsafe String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            // An interim answer may have come before.
            answer.headers = [:]
        } else if let colon = line.firstIndex(of: ":"), answer.headers.count < 100 {
            let name = line[..<colon].lowercased()
            let value = String(line[line.index(after: colon)...].trimmingBlanks)
            answer.headers[name] = answer.headers[name].map { "\($0), \(value)" } ?? value
        }
        return bytes.count
    }

    // MARK: The end

    /// What became of it, once libcurl is through.
    func result(_ code: CURLcode) -> TransportResult {
        guard code != CURLE_OK else {
            answer.status = handle.number(CURLINFO_RESPONSE_CODE)
            return TransportResult(number: number, .success(answer))
        }
        let failure = TransportFailure(
            code, errorText.text(for: code), isTooLong: isTooLong, isSent: sent == body.count)
        return TransportResult(number: number, .failure(failure))
    }
}

extension StringProtocol {
    /// The text without blanks, tabs and line ends at its two ends.
    var trimmingBlanks: SubSequence {
        let isBlank = { (character: Character) in character == " " || character == "\t" || character.isNewline }
        let front = drop(while: isBlank)
        guard let last = front.lastIndex(where: { !isBlank($0) }) else { return front }
        return front[...last]
    }
}

extension Duration {
    /// Whole milliseconds, 1 at least: 0 would mean for ever.
    var milliseconds: Int {
        Int(clamping: max(1, components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000))
    }
}
