import Foundation

/// Which reader is fuzzed: `FUZZ_TARGET`.
private let target = ProcessInfo.processInfo.environment["FUZZ_TARGET"].flatMap(FuzzTarget.init)

#if FUZZING
    // Built with --sanitize=fuzzer, whose library has `main` and calls these: https://llvm.org/docs/LibFuzzer.html

    /// Writes the seeds into the folder that `FUZZ_SEEDS` names.
    @_cdecl("LLVMFuzzerInitialize") public func initialize(
        _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?
    ) -> CInt {
        guard let target else {
            print("FUZZ_TARGET is none of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
            exit(2)
        }
        guard let folder = ProcessInfo.processInfo.environment["FUZZ_SEEDS"] else { return 0 }
        do {
            for (index, seed) in try target.seeds().enumerated() {
                try Data(seed).write(to: URL(filePath: folder).appending(path: "seed-\(index)"))
            }
            return 0
        } catch {
            print("cannot write the seeds into \(folder): \(error)")
            exit(2)
        }
    }

    @_cdecl("LLVMFuzzerTestOneInput") public func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        target?.feed(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
    }
#else
    /// Passes files, such as a fuzzer's findings, to the reader that `FUZZ_TARGET` names; without files, its seeds.
    @main struct Replay {
        static func main() throws {
            for target in target.map({ [$0] }) ?? FuzzTarget.allCases {
                let files = try CommandLine.arguments.dropFirst().map {
                    [UInt8](try Data(contentsOf: URL(filePath: $0)))
                }
                let inputs = files.isEmpty ? try target.seeds() : files
                for input in inputs { target.feed(input) }
                print("\(target): \(inputs.count) inputs")
            }
        }
    }
#endif
