import Mailboxes
import Testing

@Suite("Mailbox", .timeLimit(.minutes(10)))
struct MailboxTests {
    let mailbox = Mailbox<[Int]>([])

    /// Takes everything, if there is anything.
    func all(_ contents: inout [Int]) -> [Int]? {
        guard !contents.isEmpty else { return nil }
        defer { contents = [] }
        return contents
    }

    @Test("earlier posts are taken together")
    func together() async {
        mailbox.post { $0.append(1) }
        mailbox.post { $0.append(2) }
        #expect(await mailbox.next(all) == [1, 2])
        #expect(mailbox.withContents { $0 }.isEmpty)
    }

    @Test("a post wakes a waiting consumer, which waits on if there is nothing to take")
    func wakeUp() async {
        await withTaskGroup(of: [Int]?.self) { group in
            group.addTask { await mailbox.next(all) }
            for _ in 0..<100 {
                mailbox.post { _ in }
                await Task.yield()
            }
            mailbox.post { $0.append(7) }
            #expect(await group.next() == [7])
        }
    }

    @Test("nothing is lost between a concurrent producer and consumer")
    func sideBySide() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<10_000 { mailbox.post { $0.append(number) } }
            }
            var taken: [Int] = []
            while taken.count < 10_000, let next = await mailbox.next(all) { taken += next }
            #expect(taken == Array(0..<10_000))
        }
    }

    @Test("cancelling the task ends the wait", arguments: [0, 1000])
    func cancellation(yields: Int) async {
        let result = await withTaskGroup(of: [Int]?.self) { group in
            group.addTask { await mailbox.next(all) }
            // Before it waits, or while it does.
            for _ in 0..<yields { await Task.yield() }
            group.cancelAll()
            return await group.next()
        }
        #expect(result == .some(nil))
    }
}
