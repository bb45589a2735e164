import InternetAddresses
import Testing

@testable import NFTablesDataplane

@Suite struct TableEditsTests {
    private let frontend = FrontendKey(address: IPAddress(ipv4: 0x0A60_0001), port: 80, transport: .tcp)

    @Test("removed slots wait for the next transaction, those that get another backend do not")
    func vacatedSlots() {
        let backend = Slot(address: IPAddress(ipv4: 0x0AF4_0001), port: 8080)
        var edits = TableEdits()
        edits.remove(.slot(frontend, 0), from: .endpoints)
        edits.add(.slot(frontend, 0), .backend(backend), to: .endpoints)
        edits.remove(.slot(frontend, 1), from: .endpoints)
        edits.remove(.frontend(frontend), from: .services)

        #expect(edits.takeVacatedSlots() == [.slot(frontend, 1)])
        #expect(edits.sets[.endpoints]?.removals == [.slot(frontend, 0)])
        #expect(edits.sets[.services]?.removals == [.frontend(frontend)])
        #expect(edits.count == 3)
        #expect(edits.takeVacatedSlots().isEmpty)
    }
}
