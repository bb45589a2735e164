/// The rules for Endpoints.
package struct EndpointsBehaviour: ResourceBehaviour {
    package init() {}

    package var allowsCreateOnUpdate: Bool { true }

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    package func applyDefaults(_ document: inout Document) {
        document.object.modifyItems("subsets") { subset in
            subset.modifyItems("ports") { $0.setDefault(emptyText: "protocol", "TCP") }
        }
    }

    package func prepareForCreate(_ document: inout Document) {
        repack(&document)
    }

    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {
        repack(&document)
    }

    /// Errors refer to the client's input, so nothing is rearranged before validation.
    private func repack(_ document: inout Document) {
        let subsets = document["subsets"].items
        guard !subsets.isEmpty, validateCreate(document).isEmpty else { return }
        document["subsets"] = .array(EndpointSubsets.repacked(subsets))
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        document["subsets"].items.enumerated().flatMap { subsetErrors($1, "subsets[\($0)]", existing: []) }
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        if document["subsets"].items == old["subsets"].items { return [] }
        let existing = old["subsets"].items.flatMap { subset in
            (subset["addresses"].items + subset["notReadyAddresses"].items).map { $0["ip"].text }
        }
        return document["subsets"].items.enumerated().flatMap {
            subsetErrors($1, "subsets[\($0)]", existing: existing)
        }
    }

    private func subsetErrors(_ subset: JSONValue, _ field: String, existing: [String]) -> [FieldError] {
        let ready = subset["addresses"].items
        let notReady = subset["notReadyAddresses"].items
        var errors: [FieldError] = []
        if ready.isEmpty, notReady.isEmpty {
            errors.append(.required(field, "must specify `addresses` or `notReadyAddresses`"))
        }
        for (name, addresses) in [("addresses", ready), ("notReadyAddresses", notReady)] {
            for (index, address) in addresses.enumerated() {
                errors += addressErrors(address, "\(field).\(name)[\(index)]", existing: existing)
            }
        }
        let ports = subset["ports"].items
        for (index, port) in ports.enumerated() {
            errors += portErrors(port, "\(field).ports[\(index)]", needsName: ports.count > 1)
        }
        return errors
    }

    private func addressErrors(_ address: JSONValue, _ field: String, existing: [String]) -> [FieldError] {
        let text = address["ip"].text
        var errors = AddressFormats.addressErrors("\(field).ip", text, existing: existing)
        let hostname = address["hostname"].text
        if !hostname.isEmpty {
            errors += NameFormats.label(hostname).map { .invalid("\(field).hostname", .string(hostname), $0) }
        }
        if let node = address["nodeName"]?.string {
            errors += NameFormats.subdomain(node).map { .invalid("\(field).nodeName", .string(node), $0) }
        }
        return errors + AddressFormats.specialAddressErrors("\(field).ip", text)
    }

    private func portErrors(_ port: JSONValue, _ field: String, needsName: Bool) -> [FieldError] {
        var errors: [FieldError] = []
        let name = port["name"].text
        if name.isEmpty {
            if needsName { errors.append(.required("\(field).name")) }
        } else {
            errors += NameFormats.label(name).map { .invalid("\(field).name", .string(name), $0) }
        }
        let number = port["port"].number
        errors += NameFormats.portNumber(number).map { .invalid("\(field).port", .integer(number), $0) }
        errors += SharedValidation.protocolErrors(port["protocol"].text, "\(field).protocol")
        if let application = port["appProtocol"]?.string {
            errors += NameFormats.qualifiedName(application).map {
                .invalid("\(field).appProtocol", .string(application), $0)
            }
        }
        return errors
    }

    package func warningsOnCreate(_ document: Document) -> [String] {
        document["subsets"].items.enumerated().flatMap { index, subset in
            ["addresses", "notReadyAddresses"].flatMap { name in
                subset[name].items.enumerated().flatMap { position, address in
                    AddressFormats.addressWarnings("subsets[\(index)].\(name)[\(position)].ip", address["ip"].text)
                }
            }
        }
    }

    package func warningsOnUpdate(_ document: Document, old: Document) -> [String] {
        warningsOnCreate(document)
    }

    static let columns = [
        TableColumn.name,
        TableColumn("Endpoints", description: "Addresses and ports that are ready."),
        TableColumn.age,
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        [.string(document.name), .string(endpoints(document)), TableText.age(document, now: now)]
    }

    private func endpoints(_ document: Document) -> String {
        let subsets = document["subsets"].items
        if subsets.isEmpty { return TableText.none }
        var all: [String] = []
        for subset in subsets {
            let addresses = subset["addresses"].items.map { $0["ip"].text }
            let ports = subset["ports"].items
            if ports.isEmpty { all += addresses }
            for port in ports {
                all += addresses.map { address in
                    (address.contains(":") ? "[\(address)]" : address) + ":\(port["port"].number)"
                }
            }
        }
        return TableText.firstThree(all)
    }
}
