import LogfoldParsing
import LogfoldTestSupport
import Testing

/// Each message as `column: text`.
@Suite struct ConditionErrorTests {
    @Test(arguments: [
        // Fields.
        ("log.levl == info", "1: unknown field 'log.levl'; did you mean 'log.level'?"),
        ("Log.Level == info", "1: unknown field 'Log.Level'; did you mean 'log.level'?"),
        ("status_code == 500", "1: unknown field 'status_code'; did you mean 'http.response.status_code'?"),
        (
            "log.file == 'x'",
            "1: unknown field 'log.file'; did you mean 'log.file.path'?"
        ),
        (
            "flux == 'x'",
            "1: unknown field 'flux'; conditions see the fields of the schema, labels.* and openstack.extra.*"
        ),
        (
            "event.original == 'x'",
            "1: 'event.original' is only in events whose sink asks for it; use message or error.stack_trace"
        ),
        ("labels == 'x'", "1: 'labels' is an object; name one of its keys: labels.region"),
        (
            "openstack.exception.chain exists",
            "1: 'openstack.exception.chain' is a list of objects; use error.type or openstack.exception.root_cause"
        ),
        ("message exists and log.levl == info", "20: unknown field 'log.levl'; did you mean 'log.level'?"),
        ("'é' == 'x'", "1: a comparison begins with a field; write 'service.name == \"nova-api\"'"),
        ("5 == process.pid", "1: a comparison begins with a field; write 'service.name == \"nova-api\"'"),
        ("exists error.type", "1: 'exists' stands behind the field; write 'error.type exists'"),
        ("and message exists", "1: 'and' needs a field in front of it, such as 'service.name'"),
        ("== 5", "1: '==' stands where a field must; name one such as 'service.name'"),
        // Operators.
        ("log.level = info", "11: unknown operator '='; write '=='"),
        ("log.level => info", "11: unknown operator '=>'; write '>='"),
        ("log.level =< info", "11: unknown operator '=<'; write '<='"),
        ("message =~ 'x'", "9: unknown operator '=~'; write 'matches'"),
        ("! message exists", "1: unknown operator '!'; write 'not'"),
        ("message exists && tags exists", "16: unknown operator '&&'; write 'and'"),
        ("message exists || tags exists", "16: unknown operator '||'; write 'or'"),
        ("message exists AND tags exists", "16: unknown operator 'AND'; write 'and'"),
        ("message contain 'x'", "9: unknown operator 'contain'; did you mean 'contains'?"),
        (
            "message like 'x'",
            "9: 'like' is no operator; use == != < <= > >= in contains matches or exists"
        ),
        ("message", "8: 'message' stands alone; compare it, or write 'message exists'"),
        ("message and tags exists", "9: 'message' stands alone; compare it, or write 'message exists'"),
        ("message not == 'x'", "13: 'not' behind a field needs in, contains, matches or exists"),
        (
            "message exists tags exists",
            "16: 'tags' does not go on with the condition; join comparisons by 'and' or 'or'"
        ),
        ("message < 'x'", "9: '<' is for numbers, times and levels; 'message' is text"),
        (
            "process.pid contains '1'",
            "13: 'contains' is for text; 'process.pid' is a number and takes == != < <= > >= in"
        ),
        ("log.level matches 'x'", "11: 'matches' is for text; 'log.level' takes == != < <= > >= in"),
        (
            "@timestamp contains '2026'",
            "12: 'contains' is for text; '@timestamp' is a time and takes == != < <= > >= in"
        ),
        ("tags == 'x'", "6: 'tags' is a list; write 'tags contains …' or 'tags in [ … ]'"),
        ("tags > 'x'", "6: '>' is for numbers, times and levels; 'tags' is a list"),
        // Values.
        ("service.name ==", "16: a value is missing; give text in quotes"),
        ("service.name == )", "17: ')' stands where a value must; give text in quotes"),
        ("service.name == nova", "17: 'nova' is no value for 'service.name'; give text in quotes"),
        ("service.name == 5", "17: '5' is no value for 'service.name'; give text in quotes"),
        ("process.pid == '5'", "16: the text \"5\" is no value for 'process.pid'; give a number without quotes"),
        ("process.pid == 5xx", "16: '5xx' is no number; put text in quotes"),
        ("process.pid == 007", "16: '007' is no number; put text in quotes"),
        (
            "@timestamp > '2026'",
            "14: the text \"2026\" is no value for '@timestamp'; give a time in quotes, such as \"2026-11-23T08:00:00Z\""
        ),
        (
            "@timestamp > '2026-11-23T08:00:00'",
            """
            14: the text "2026-11-23T08:00:00" is no value for '@timestamp'; give a time in quotes, \
            such as "2026-11-23T08:00:00Z"
            """
        ),
        ("log.level < inf", "13: unknown level 'inf'; did you mean 'info'?"),
        ("log.level == 'eror'", "14: unknown level 'eror'; did you mean 'error'?"),
        (
            "log.level == loud",
            "14: unknown level 'loud'; levels are trace, debug, info, notice, warning, error, critical"
        ),
        (
            "log.level < 'chatty'",
            "13: unknown level 'chatty'; levels are trace, debug, info, notice, warning, error, critical"
        ),
        (
            "log.level < 20",
            """
            13: '20' is no level; give a level: trace, debug, info, notice, warning, error, critical; \
            numbers go with event.severity
            """
        ),
        ("labels.x < 'b'", "12: the text \"b\" has no order; give a number without quotes"),
        ("labels.x contains 5", "19: '5' is no text; put it in quotes"),
        ("labels.x == yes", "13: 'yes' is no value for 'labels.x'; give text in quotes, a number, true or false"),
        ("labels.x < true", "12: 'true' is no value for 'labels.x'; give text in quotes, a number, true or false"),
        // Lists.
        ("service.name in 'a'", "17: 'in' needs a list; write '[\"a\", \"b\"]'"),
        ("service.name == ['a']", "17: a list goes with 'in'; write 'service.name in [ … ]'"),
        ("service.name in []", "17: the list is empty; nothing is in it"),
        ("service.name in ['a'", "17: '[' is not closed; add ']'"),
        ("service.name in ['a',", "17: '[' is not closed; add ']'"),
        ("service.name in ['a' 'b']", "22: the text \"b\" stands where ',' or ']' must"),
        ("process.pid in [1, 'b']", "20: the text \"b\" is no value for 'process.pid'; give a number without quotes"),
        // Text and characters.
        ("message == \"abc", "12: the text has no end; close it with \""),
        ("message == 'abc\\'", "12: the text has no end; close it with '"),
        ("message == é", "12: unexpected 'é'; put text in quotes"),
        ("message == \u{0}", "12: unexpected character U+0; put text in quotes"),
        ("message == 'é' ß", "16: unexpected 'ß'; put text in quotes"),
        // Patterns, at their own column.
        ("message matches 'a(b'", "21: the pattern is wrong: missing closing parenthesis"),
        ("message matches \"\\\"é[\"", "22: the pattern is wrong: missing terminating ] for character class"),
        ("message matches 5", "17: '5' is no value for 'message'; give text in quotes"),
        // Parentheses and sizes.
        ("(message exists", "1: '(' is not closed; add ')'"),
        ("message exists)", "15: no '(' is open here; remove ')'"),
        ("()", "2: ')' stands where a field must; name one such as 'service.name'"),
        (
            "(message exists tags exists)",
            "17: 'tags' does not go on with the condition; join comparisons by 'and' or 'or'"
        ),
        ("message exists and", "19: the condition ends here; a comparison such as 'log.level < info' is missing"),
        ("", "1: the condition is empty; write one such as 'log.level >= warning'"),
        (" \t ", "4: the condition is empty; write one such as 'log.level >= warning'"),
    ])
    func anErrorNamesThePlaceAndTheWayOut(_ condition: String, _ expected: String) {
        #expect(error(condition) == expected)
    }

    @Test func sizeAndDepthAreBounded() {
        let deep = String(repeating: "(", count: 31) + "message exists" + String(repeating: ")", count: 31)
        #expect(error(deep) == nil)
        #expect(error("(" + deep + ")") == "33: parentheses are nested deeper than 32; write it flatter")
        #expect(
            error(String(repeating: "not ", count: 10_000) + "message exists")?
                .contains("is longer than 16384 characters") == true)
        let many = Array(repeating: "tags exists", count: 256).joined(separator: " or ")
        #expect(error(many) == nil)
        #expect(error(many + " or tags exists")?.contains("more than 256 comparisons; use 'in'") == true)
    }

    private func error(_ condition: String) -> String? {
        do throws(ConditionError) {
            _ = try Condition(condition)
            return nil
        } catch {
            return "\(error.column): \(error.text)"
        }
    }
}
