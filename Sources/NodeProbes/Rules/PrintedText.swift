import ChildProcesses
import Diagnosis

/// What programs print.
enum PrintedText {
    private static let timeout = Duration.seconds(5)

    /// What a program prints; `nil` where it is not installed or fails, which is noted. Blocks while it runs.
    static func of(_ arguments: [String], _ facts: inout FilterFacts) -> String? {
        var bytes: [UInt8] = []
        do throws(Command.Failure) {
            let outcome = try Command(arguments: arguments, timeout: timeout).run { bytes += $0 }
            if outcome.status == 0 { return String(decoding: bytes, as: UTF8.self) }
            facts.unread.append(
                "\(arguments.joined(separator: " ")): \(outcome.errors.split(separator: "\n").first ?? "")")
        } catch {
            // A back end that is not installed has no rules of its own to be read.
            if case .notFound = error, arguments[0] != "nft" { return nil }
            facts.unread.append("\(error)")
        }
        return nil
    }

    /// As ``of(_:_:)``; a failure means that there is nothing to be printed.
    static func ifAny(_ arguments: [String]) -> String? {
        var unused = FilterFacts()
        return of(arguments, &unused)
    }
}
