extension JSONReader {
    /// Reads the object that comes next. `take` is given each key and has to read or skip its value; it returns false
    /// where that is not valid. False where there is no valid object.
    package mutating func readObject(
        _ bytes: RawSpan, _ take: (_ key: ByteRange, inout JSONReader, RawSpan) -> Bool
    ) -> Bool {
        guard next(bytes) == .beginObject else { return false }
        while true {
            switch next(bytes) {
            case .key(let key): guard take(key, &self, bytes) else { return false }
            case .endObject: return true
            default: return false
            }
        }
    }

    /// Reads the array that comes next. `take` has to read or skip one element; it returns false where that is not
    /// valid. False where there is no valid array.
    package mutating func readArray(_ bytes: RawSpan, _ take: (inout JSONReader, RawSpan) -> Bool) -> Bool {
        guard next(bytes) == .beginArray else { return false }
        while true {
            let element = self
            if next(bytes) == .endArray { return true }
            self = element
            guard take(&self, bytes) else { return false }
        }
    }

    /// Reads the value that comes next into `text` if it is a string, and skips it if not; false where it is not valid.
    package mutating func readText(_ bytes: RawSpan, into text: inout String) -> Bool {
        let token = next(bytes)
        guard case .string(let range) = token else { return skip(token, bytes) }
        text = bytes.decodedJSON(range)
        return true
    }
}
