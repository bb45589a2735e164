extension SchemaText {
    /// The smaller kinds of the core group.
    static let core: StaticString = #"""
        core.v1.Namespace | A scope for names.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 core.v1.NamespaceSpec | What is wanted.
          status 3 core.v1.NamespaceStatus | What has come of it.
        core.v1.ConfigMap | Settings that Pods read.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          immutable 4 *bool | The contents never change again.
          data 2 {}string | Texts by key.
          binaryData 3 {}bytes | Bytes by key, in base64.
        core.v1.Secret | Settings that are not for everybody to read.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          immutable 5 *bool | The contents never change again.
          data 2 {}bytes | Bytes by key, in base64.
          stringData 4 {}string | Texts by key, which become part of data.
          type 3 string(v1.SecretType) | What the Secret is for. It cannot change.
        core.v1.Event | Something that has happened to an object.
          typemeta
          metadata 1 meta.v1.ObjectMeta always required | What all objects have in common.
          involvedObject 2 core.v1.ObjectReference always required
          reason 3 string
          message 4 string
          source 5 core.v1.EventSource
          firstTimestamp 6 time
          lastTimestamp 7 time
          count 8 int32
          type 9 string
          eventTime 10 microtime
          series 11 *core.v1.EventSeries
          action 12 string
          related 13 *core.v1.ObjectReference
          reportingComponent 14 string always
          reportingInstance 15 string always
        core.v1.ServiceAccount | An identity for programs in Pods.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          secrets 2 []core.v1.ObjectReference keys=name patch=merge:name
          imagePullSecrets 3 []core.v1.LocalObjectReference atomic
          automountServiceAccountToken 4 *bool
        core.v1.Binding | Puts a Pod on a node.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          target 2 core.v1.ObjectReference always required
        core.v1.ComponentStatus | The health of a component of the cluster. Deprecated.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          conditions 2 []core.v1.ComponentCondition keys=type patch=merge:type
        core.v1.NamespaceSpec | What keeps a Namespace from vanishing.
          finalizers 1 []string(v1.FinalizerName) atomic
        core.v1.NamespaceStatus | Whether a Namespace is in use or on its way out.
          phase 1 string(v1.NamespacePhase)
          conditions 2 []core.v1.NamespaceCondition keys=type patch=merge:type
        core.v1.ObjectReference mapatomic | A reference to another object.
          kind 1 string
          namespace 2 string
          name 3 string
          uid 4 string(types.UID)
          apiVersion 5 string
          resourceVersion 6 string
          fieldPath 7 string
        core.v1.EventSource
          component 1 string
          host 2 string
        core.v1.EventSeries
          count 1 int32
          lastObservedTime 2 microtime
        core.v1.LocalObjectReference mapatomic | A reference to an object in the same namespace.
          name 1 string
        core.v1.ComponentCondition
          type 1 string(v1.ComponentConditionType) always required
          status 2 string(v1.ConditionStatus) always required | What has come of it.
          message 3 string
          error 4 string
        core.v1.NamespaceCondition
          type 1 string(v1.NamespaceConditionType) always required
          status 2 string(v1.ConditionStatus) always required | What has come of it.
          lastTransitionTime 4 time
          reason 5 string
          message 6 string
        core.v1.TypedLocalObjectReference mapatomic
          apiGroup 1 *string always
          kind 2 string always required
          name 3 string always required
        core.v1.ServiceAccountTokenProjection
          audience 1 string
          expirationSeconds 2 *int64
          path 3 string always required
        core.v1.LimitRange
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 core.v1.LimitRangeSpec
        core.v1.ResourceQuota
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 core.v1.ResourceQuotaSpec
          status 3 core.v1.ResourceQuotaStatus
        core.v1.LimitRangeSpec
          limits 1 []core.v1.LimitRangeItem always required atomic
        core.v1.ResourceQuotaSpec
          hard 1 {}quantity
          scopes 2 []string(v1.ResourceQuotaScope) atomic
          scopeSelector 3 *core.v1.ScopeSelector
        core.v1.ResourceQuotaStatus
          hard 1 {}quantity
          used 2 {}quantity
        core.v1.LimitRangeItem
          type 1 string(v1.LimitType) always required
          max 2 {}quantity
          min 3 {}quantity
          default 4 {}quantity
          defaultRequest 5 {}quantity
          maxLimitRequestRatio 6 {}quantity
        core.v1.ScopeSelector mapatomic
          matchExpressions 1 []core.v1.ScopedResourceSelectorRequirement atomic
        core.v1.ScopedResourceSelectorRequirement
          scopeName 1 string(v1.ResourceQuotaScope) always required
          operator 2 string(v1.ScopeSelectorOperator) always required
          values 3 []string atomic
        """#
}
