extension SchemaText {
    /// Deployments, ReplicaSets, scale and eviction.
    static let apps: StaticString = #"""
        apps.v1.Deployment | Keeps Pods of one template running, and replaces them step by step when it changes.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 apps.v1.DeploymentSpec | What is wanted.
          status 3 apps.v1.DeploymentStatus | What has come of it.
        apps.v1.ReplicaSet | Keeps a number of Pods of one template running.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 apps.v1.ReplicaSetSpec | What is wanted.
          status 3 apps.v1.ReplicaSetStatus | What has come of it.
        autoscaling.v1.Scale | The number of replicas of a workload.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 autoscaling.v1.ScaleSpec | What is wanted.
          status 3 autoscaling.v1.ScaleStatus | What has come of it.
        policy.v1.Eviction | A request to end a Pod.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          deleteOptions 2 *meta.v1.DeleteOptions
        apps.v1.DeploymentSpec | What the Deployment is to run, and how it replaces Pods.
          replicas 1 *int32 | How many Pods there are to be. 1 by default.
          selector 2 *meta.v1.LabelSelector always required | The labels of the Pods. It cannot change.
          template 3 core.v1.PodTemplateSpec always required | What the Pods are made from.
          strategy 4 apps.v1.DeploymentStrategy patch=retainKeys | How old Pods are replaced.
          minReadySeconds 5 int32 | How long a Pod has to be ready before it counts as available.
          revisionHistoryLimit 6 *int32 | How many old ReplicaSets are kept. 10 by default.
          paused 7 bool | Changes of the template wait.
          progressDeadlineSeconds 9 *int32 | How long a change may take. 600 by default.
        apps.v1.DeploymentStatus | What has become of the Deployment.
          observedGeneration 1 int64
          replicas 2 int32
          updatedReplicas 3 int32
          readyReplicas 7 int32
          availableReplicas 4 int32
          unavailableReplicas 5 int32
          terminatingReplicas 9 *int32
          conditions 6 []apps.v1.DeploymentCondition keys=type patch=merge:type
          collisionCount 8 *int32
        apps.v1.ReplicaSetSpec | How many Pods, and which.
          replicas 1 *int32 | How many Pods there are to be. 1 by default.
          minReadySeconds 4 int32 | How long a Pod has to be ready before it counts as available.
          selector 2 *meta.v1.LabelSelector always required | The labels of the Pods. It cannot change.
          template 3 core.v1.PodTemplateSpec | What the Pods are made from.
        apps.v1.ReplicaSetStatus | What has become of the ReplicaSet.
          replicas 1 int32 always required
          fullyLabeledReplicas 2 int32
          readyReplicas 4 int32
          availableReplicas 5 int32
          terminatingReplicas 7 *int32
          observedGeneration 3 int64
          conditions 6 []apps.v1.ReplicaSetCondition keys=type patch=merge:type
        autoscaling.v1.ScaleSpec
          replicas 1 int32
        autoscaling.v1.ScaleStatus
          replicas 1 int32 always required
          selector 2 string
        apps.v1.DeploymentStrategy | How old Pods are replaced by new ones.
          type 1 string(v1.DeploymentStrategyType)
          rollingUpdate 2 *apps.v1.RollingUpdateDeployment
        apps.v1.DeploymentCondition
          type 1 string(v1.DeploymentConditionType) always required
          status 2 string(v1.ConditionStatus) always required | What has come of it.
          lastUpdateTime 6 time
          lastTransitionTime 7 time
          reason 4 string
          message 5 string
        apps.v1.ReplicaSetCondition
          type 1 string(v1.ReplicaSetConditionType) always required
          status 2 string(v1.ConditionStatus) always required | What has come of it.
          lastTransitionTime 3 time
          reason 4 string
          message 5 string
        apps.v1.RollingUpdateDeployment | How many Pods are replaced at a time.
          maxUnavailable 1 *intorstring
          maxSurge 2 *intorstring
        """#
}
