import Logging
import Testing

@testable import NodeProxy

@Suite("The log")
struct LineLogHandlerTests {
    @Test("an event is one line: time, level, message, and metadata by name")
    func line() {
        var handler = LineLogHandler(level: .info)
        handler[metadataKey: "b"] = "2"
        let event = LogEvent(
            level: .warning, message: "first\nsecond", metadata: ["a": "1"], source: "", file: "", function: "", line: 0
        )
        let line = handler.line(for: event, at: UTCTime(milliseconds: 1_795_240_800_042))
        #expect(line == "2026-11-21T06:00:00.042Z warning first second a=1 b=2\n")
    }

    @Test(
        "times are those of the calendar",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_798_761_599_999, "2026-12-31T23:59:59.999Z"),
        ])
    func time(milliseconds: Int64, text: String) {
        #expect("\(UTCTime(milliseconds: milliseconds))" == text)
    }
}
