extension SchemaText {
    /// Reviews of identity and permissions.
    static let reviews: StaticString = #"""
        authorization.v1.SelfSubjectAccessReview | Whether the asking user may do something.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 authorization.v1.SelfSubjectAccessReviewSpec always required | What is wanted.
          status 3 authorization.v1.SubjectAccessReviewStatus | What has come of it.
        authorization.v1.SelfSubjectRulesReview | What the asking user may do in a namespace.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 authorization.v1.SelfSubjectRulesReviewSpec always required | What is wanted.
          status 3 authorization.v1.SubjectRulesReviewStatus | What has come of it.
        authorization.v1.SubjectAccessReview | Whether a user may do something.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 authorization.v1.SubjectAccessReviewSpec always required | What is wanted.
          status 3 authorization.v1.SubjectAccessReviewStatus | What has come of it.
        authorization.v1.LocalSubjectAccessReview | Whether a user may do something in a namespace.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 authorization.v1.SubjectAccessReviewSpec always required | What is wanted.
          status 3 authorization.v1.SubjectAccessReviewStatus | What has come of it.
        authentication.v1.SelfSubjectReview | Who the asking user is.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          status 2 authentication.v1.SelfSubjectReviewStatus | What has come of it.
        authentication.v1.TokenReview | Whose token this is.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 authentication.v1.TokenReviewSpec always required | What is wanted.
          status 3 authentication.v1.TokenReviewStatus | What has come of it.
        authentication.v1.TokenRequest | A token for a ServiceAccount.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 authentication.v1.TokenRequestSpec always | What is wanted.
          status 3 authentication.v1.TokenRequestStatus | What has come of it.
        authorization.v1.SelfSubjectAccessReviewSpec
          resourceAttributes 1 *authorization.v1.ResourceAttributes
          nonResourceAttributes 2 *authorization.v1.NonResourceAttributes
        authorization.v1.SubjectAccessReviewStatus
          allowed 1 bool always required
          denied 4 bool
          reason 2 string
          evaluationError 3 string
        authorization.v1.SelfSubjectRulesReviewSpec
          namespace 1 string
        authorization.v1.SubjectRulesReviewStatus
          resourceRules 1 []authorization.v1.ResourceRule always required atomic
          nonResourceRules 2 []authorization.v1.NonResourceRule always required atomic
          incomplete 3 bool always required
          evaluationError 4 string
        authorization.v1.SubjectAccessReviewSpec
          resourceAttributes 1 *authorization.v1.ResourceAttributes
          nonResourceAttributes 2 *authorization.v1.NonResourceAttributes
          user 3 string
          groups 4 []string atomic
          extra 5 {}[]string
          uid 6 string
        authentication.v1.SelfSubjectReviewStatus
          userInfo 1 authentication.v1.UserInfo
        authentication.v1.TokenReviewSpec
          token 1 string required
          audiences 2 []string atomic
        authentication.v1.TokenReviewStatus
          authenticated 1 bool
          user 2 authentication.v1.UserInfo
          audiences 4 []string atomic
          error 3 string
        authentication.v1.TokenRequestSpec
          audiences 1 []string always atomic
          expirationSeconds 4 *int64 always
          boundObjectRef 3 *authentication.v1.BoundObjectReference always
        authentication.v1.TokenRequestStatus
          token 1 string always
          expirationTimestamp 2 time always
        authorization.v1.ResourceAttributes
          namespace 1 string
          verb 2 string
          group 3 string
          version 4 string
          resource 5 string
          subresource 6 string
          name 7 string
          fieldSelector 8 *authorization.v1.FieldSelectorAttributes
          labelSelector 9 *authorization.v1.LabelSelectorAttributes
        authorization.v1.NonResourceAttributes
          path 1 string
          verb 2 string
        authorization.v1.ResourceRule
          verbs 1 []string always required atomic
          apiGroups 2 []string atomic
          resources 3 []string atomic
          resourceNames 4 []string atomic
        authorization.v1.NonResourceRule
          verbs 1 []string always required atomic
          nonResourceURLs 2 []string atomic
        authentication.v1.UserInfo
          username 1 string
          uid 2 string
          groups 3 []string atomic
          extra 4 {}[]string
        authentication.v1.BoundObjectReference
          kind 1 string
          apiVersion 2 string
          name 3 string
          uid 4 string(types.UID)
        authorization.v1.FieldSelectorAttributes
          rawSelector 1 string
          requirements 2 []meta.v1.FieldSelectorRequirement atomic
        authorization.v1.LabelSelectorAttributes
          rawSelector 1 string
          requirements 2 []meta.v1.LabelSelectorRequirement atomic
        """#
}
