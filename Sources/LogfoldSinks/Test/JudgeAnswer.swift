#if TestSinks
    import LogfoldParsing

    /// What a judge says of a request, as one line of JSON:
    ///
    ///     {"request":7,"accepted":true,"refused":[{"item":2,"as":"rejected","status":400,"reason":"…"}]}
    ///     {"request":8,"accepted":false,"reason":"too much to do","retry_after_ms":500}
    struct JudgeAnswer: Equatable {
        /// How an event is refused.
        enum Refusal: String {
            /// It will be refused whenever it comes.
            case rejected
            /// It may be taken later, when somebody has done something about it.
            case held
            /// It may be taken soon.
            case busy
        }

        /// An event that was not taken.
        struct Item: Equatable {
            /// Its number in the request, from 0.
            var item = -1
            var refusal = Refusal.rejected
            var status = 0
            var reason = ""
        }

        /// The number of the request.
        var request = -1
        /// Whether all of it was taken but for ``refused``.
        var isAccepted = false
        /// Why it was not.
        var reason = ""
        var retryAfter: Duration?
        var refused: [Item] = []

        /// Reads an answer; nil where it is none.
        init?(_ line: [UInt8]) {
            let isWhole = line.withSpan { bytes in
                var reader = JSONReader(ByteRange(0, bytes.byteCount))
                return reader.next(bytes) == .beginObject && read(&reader, bytes) && reader.next(bytes) == .end
            }
            guard isWhole, request >= 0 else { return nil }
        }

        private mutating func read(_ reader: inout JSONReader, _ bytes: RawSpan) -> Bool {
            while true {
                switch reader.next(bytes) {
                case .key(let key):
                    switch bytes.string(key) {
                    case "request": request = reader.integer(bytes) ?? -1
                    case "accepted": isAccepted = reader.next(bytes) == .true
                    case "reason": reason = reader.text(bytes)
                    case "retry_after_ms": retryAfter = reader.integer(bytes).map { .milliseconds(Int64($0)) }
                    case "refused": guard readRefused(&reader, bytes) else { return false }
                    default: guard reader.skipValue(bytes) else { return false }
                    }
                case .endObject: return true
                default: return false
                }
            }
        }

        private mutating func readRefused(_ reader: inout JSONReader, _ bytes: RawSpan) -> Bool {
            guard reader.next(bytes) == .beginArray else { return false }
            while true {
                switch reader.next(bytes) {
                case .beginObject:
                    guard let item = Item(&reader, bytes) else { return false }
                    refused.append(item)
                case .endArray: return true
                default: return false
                }
            }
        }
    }

    extension JudgeAnswer.Item {
        /// Reads an item behind its opening brace; nil where it is none.
        fileprivate init?(_ reader: inout JSONReader, _ bytes: RawSpan) {
            self.init()
            while true {
                switch reader.next(bytes) {
                case .key(let key):
                    switch bytes.string(key) {
                    case "item": item = reader.integer(bytes) ?? -1
                    case "as":
                        guard let word = JudgeAnswer.Refusal(rawValue: reader.text(bytes)) else { return nil }
                        refusal = word
                    case "status": status = reader.integer(bytes) ?? 0
                    case "reason": reason = reader.text(bytes)
                    default: guard reader.skipValue(bytes) else { return nil }
                    }
                case .endObject:
                    guard item >= 0 else { return nil }
                    return
                default: return nil
                }
            }
        }
    }
#endif
