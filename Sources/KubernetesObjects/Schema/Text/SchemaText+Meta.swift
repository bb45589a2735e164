extension SchemaText {
    /// Metadata and other types that every group uses.
    static let meta: StaticString = #"""
        meta.v1.DeleteOptions | How an object is to be deleted.
          typemeta
          gracePeriodSeconds 1 *int64
          preconditions 2 *meta.v1.Preconditions
          orphanDependents 3 *bool
          propagationPolicy 4 *string(v1.DeletionPropagation)
          dryRun 5 []string atomic
          ignoreStoreReadErrorWithClusterBreakingPotential 6 *bool
        meta.v1.ListMeta | What all lists have in common.
          selfLink 1 string
          resourceVersion 2 string
          continue 3 string
          remainingItemCount 4 *int64
          shardInfo 5 *meta.v1.ShardInfo
        meta.v1.Status | The outcome of a request.
          typemeta
          metadata 1 meta.v1.ListMeta
          status 2 string | What has come of it.
          message 3 string
          reason 4 string(v1.StatusReason)
          details 5 *meta.v1.StatusDetails
          code 6 int32
        meta.v1.ObjectMeta | What all objects have in common.
          name 1 string | The name, which no other object of the kind has in its namespace.
          generateName 2 string | The beginning of the name, if the server is to choose one.
          namespace 3 string | The namespace that the object is in.
          selfLink 4 string | Not in use any more.
          uid 5 string(types.UID) | What tells the object apart from all others at all times.
          resourceVersion 6 string | The version of the object, for conflicts and watches.
          generation 7 int64 | How often what is wanted has changed.
          creationTimestamp 8 time omitzero | When the object was created.
          deletionTimestamp 9 *time | When the object is to vanish.
          deletionGracePeriodSeconds 10 *int64 | How long the object may take to end.
          labels 11 {}string | Names and values to select the object by.
          annotations 12 {}string | Names and values that tools keep.
          ownerReferences 13 []meta.v1.OwnerReference keys=uid patch=merge:uid | The objects that this one belongs to.
          finalizers 14 []string set patch=merge | Who has to agree before the object vanishes.
          managedFields 17 []meta.v1.ManagedFieldsEntry atomic | Who has set which fields.
        meta.v1.Preconditions
          uid 1 *string(types.UID)
          resourceVersion 2 *string
        meta.v1.ShardInfo
          selector 1 string always required
        meta.v1.StatusDetails
          name 1 string
          group 2 string
          kind 3 string
          uid 6 string(types.UID)
          causes 4 []meta.v1.StatusCause atomic
          retryAfterSeconds 5 int32
        meta.v1.OwnerReference mapatomic | An object that this one belongs to and is deleted with.
          apiVersion 5 string always required
          kind 1 string always required
          name 3 string always required
          uid 4 string(types.UID) always required
          controller 6 *bool
          blockOwnerDeletion 7 *bool
        meta.v1.ManagedFieldsEntry | Who has set which fields.
          manager 1 string
          operation 2 string(v1.ManagedFieldsOperationType)
          apiVersion 3 string
          time 4 *time
          fieldsType 6 string
          fieldsV1 7 *fields
          subresource 8 string
        meta.v1.Condition | One aspect of the state of an object.
          type 1 string always required
          status 2 string(v1.ConditionStatus) always required | What has come of it.
          observedGeneration 3 int64
          lastTransitionTime 4 time always required
          reason 5 string always required
          message 6 string always required
        meta.v1.LabelSelector mapatomic | Which labels objects have to have.
          matchLabels 1 {}string
          matchExpressions 2 []meta.v1.LabelSelectorRequirement atomic
        meta.v1.StatusCause
          reason 1 string(v1.CauseType)
          message 2 string
          field 3 string
        meta.v1.LabelSelectorRequirement | A requirement for one label.
          key 1 string always required
          operator 2 string(v1.LabelSelectorOperator) always required
          values 3 []string atomic
        meta.v1.FieldSelectorRequirement
          key 1 string always required
          operator 2 string(v1.FieldSelectorOperator) always required
          values 3 []string atomic
        """#
}
