import KubernetesAPI

/// The response to each failure, state by state.
extension Reflector {
    struct Response: Sendable {
        var plan: Plan
        /// Whether the plan is a different request rather than a retry, and need not wait.
        var isImmediate = false
        /// Whether the server did not accept our credentials.
        var needsFreshCredentials = false
        /// Whether a healthy server said that the version is no longer available.
        var isExpiry = false
    }

    mutating func judge(_ failure: RequestFailure) -> Response {
        var response =
            switch state {
            case .listing(let request): judge(failure, listing: request)
            case .replacing: judgeReplacing(failure)
            case .watching: judgeWatching(failure)
            case .idle, .waiting: Response(plan: .replace)
            }
        if case .status(let status, _) = failure, status.code == 401 { response.needsFreshCredentials = true }
        return response
    }

    /// Whether the server says that an optional kind does not exist or is forbidden.
    func isAbsence(_ failure: RequestFailure) -> Bool {
        guard isOptional, case .status(let status, _) = failure, !status.refusesInitialEvents else { return false }
        return status.code == 404 || status.code == 403
    }

    private mutating func judge(_ failure: RequestFailure, listing request: ListRequest) -> Response {
        switch failure {
        case .status(let status, _) where status.isExpired:
            if request.continueToken.isEmpty { listing.misledByCache() } else { listing.expiredBetweenPages() }
            return Response(plan: .replace, isExpiry: true)
        case .status(let status, _) where status.isAheadOfServer:
            listing.misledByCache()
            return Response(plan: .replace)
        case .tooLarge:
            listing.tooLarge()
            return Response(plan: .replace)
        default:
            return Response(plan: .nextPage(request))
        }
    }

    private mutating func judgeReplacing(_ failure: RequestFailure) -> Response {
        switch failure {
        case .status(let status, _) where status.refusesInitialEvents:
            listing.refusedWatchList()
            return Response(plan: .replace, isImmediate: true)
        case .silent, .closedEarly:
            listing.leftUnfinished()
            return Response(plan: .replace)
        default:
            return Response(plan: .replace)
        }
    }

    private mutating func judgeWatching(_ failure: RequestFailure) -> Response {
        switch failure {
        case .status(let status, _) where status.isExpired:
            return Response(plan: .replace, isExpiry: true)
        case .status(let status, _) where status.isAheadOfServer:
            return Response(plan: .replace)
        case .status(let status, _) where status.code == 429 || status.code == 401 || status.code == 403:
            return Response(plan: .resume)
        case .status(let status, _) where status.code >= 500:
            // A server that does not answer yet will; one that breaks off every watch cannot resume.
            guard openedAt != nil else { return Response(plan: .resume) }
            errorsInRow += 1
            guard errorsInRow >= limits.watchErrors else { return Response(plan: .resume) }
            errorsInRow = 0
            return Response(plan: .replace)
        case .status, .unreadable, .tooLarge:
            // The version itself may be refused, and an unreadable event would be sent again.
            return Response(plan: .replace)
        case .refused, .connection, .silent, .credentials, .closedAtOnce, .closedEarly:
            return Response(plan: .resume)
        }
    }
}
