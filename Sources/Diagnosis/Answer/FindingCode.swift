/// The kind of a finding: the label of a metric, and the code for programs that read the JSON.
package enum FindingCode: String, Sendable, Hashable, Codable, CaseIterable {
    case fine
    /// Something could not be read; the text says what.
    case unreadable
    /// Worth knowing, but not a fault.
    case notSeen

    // Objects
    case apiUnreachable
    case certificateExpired
    case manifestRefused
    case noSuchService
    case noSuchPort
    case noSuchAddress
    case headless
    case otherProxy
    case externalNameUnresolved
    case noClusterIP
    case clusterIPOutsideRange
    case valueRefused
    case selectorMatchesNothing
    case podsNotReady
    case namedPortMissing
    case portWithoutEndpoints
    case noSlices
    case noEndpoints
    case endpointsNotReady
    case staleSlice
    case podMissingInSlices

    // Decisions
    case localPolicy
    case sourceRanges
    case noUsableEndpoints
    case frontendTaken
    case addressUnusable
    case nodePortHeld

    // This node
    case proxyNotRunning
    case proxySilent
    case proxyUnhealthy
    case proxyBehind
    case severalProxies
    case nothingProgrammed
    case frontendMissing
    case frontendDiffers
    case frontendForeign
    case damage
    case forwardingOff
    case reversePathFilter
    case bridgeFilterOff
    case conntrackFull
    case conntrackNearlyFull
    case dropped
    case bypassed
    case staleFlow

    // The path and its end
    case noRoute
    case defaultRoute
    case neighbourFailed
    case packetsTooLarge
    case backendRefuses
    case backendSilent
    case loopbackOnly

    // Names
    case dnsSilent
    case dnsWrongAnswer
    case searchPath
    case ndots

    // A node
    case clock
    case certificateExpiring
    case tokenExpired
}
