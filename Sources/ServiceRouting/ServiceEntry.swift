import KubernetesAPI

/// One Service, its slices, and the routes decided for it.
///
/// A single reference, so that the unused slots of a dictionary of a hundred thousand entries cost little.
struct ServiceEntry: Sendable {
    private struct Contents: Sendable {
        var service: Service?
        var slices: [RoutedSlice] = []
        var decided = ServiceRoutes()
    }

    /// Exactly one element: the array serves as a copy-on-write box.
    private var box = [Contents()]

    /// `nil` while only slices have arrived.
    var service: Service? {
        get { box[0].service }
        set { box[0].service = newValue }
    }

    /// In no order; nearly always one for each IP family.
    var slices: [RoutedSlice] { box[0].slices }

    var decided: ServiceRoutes {
        get { box[0].decided }
        set { box[0].decided = newValue }
    }

    var routes: [ServicePortRoute] { box[0].decided.routes }
    var problems: [RoutingProblem] { box[0].decided.problems }

    /// Whether nothing is left of the Service.
    var isEmpty: Bool { box[0].service == nil && box[0].slices.isEmpty }

    /// Adds a slice, replacing one with the same name.
    mutating func place(_ slice: RoutedSlice) {
        if let index = index(ofSlice: slice.name) {
            box[0].slices[index] = slice
        } else {
            box[0].slices.append(slice)
        }
    }

    mutating func removeSlice(named name: String) {
        if let index = index(ofSlice: name) { box[0].slices.remove(at: index) }
    }

    private func index(ofSlice name: String) -> Int? { box[0].slices.firstIndex { $0.name == name } }
}
