extension SchemaText {
    /// Pods.
    static let pods: StaticString = #"""
        core.v1.Pod | Containers that run together on one node and share an address.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 core.v1.PodSpec | What is wanted.
          status 3 core.v1.PodStatus | What has come of it.
        core.v1.PodSpec | What the Pod is to run, and how.
          volumes 1 []core.v1.Volume keys=name patch=merge+retainKeys:name
          initContainers 20 []core.v1.Container keys=name patch=merge:name
          containers 2 []core.v1.Container always required keys=name patch=merge:name
          ephemeralContainers 34 []core.v1.EphemeralContainer keys=name patch=merge:name
          restartPolicy 3 string(v1.RestartPolicy)
          terminationGracePeriodSeconds 4 *int64
          activeDeadlineSeconds 5 *int64
          dnsPolicy 6 string(v1.DNSPolicy)
          nodeSelector 7 {}string mapatomic
          serviceAccountName 8 string
          serviceAccount 9 string
          automountServiceAccountToken 21 *bool
          nodeName 10 string
          hostNetwork 11 bool
          hostPID 12 bool
          hostIPC 13 bool
          shareProcessNamespace 27 *bool
          securityContext 14 *core.v1.PodSecurityContext
          imagePullSecrets 15 []core.v1.LocalObjectReference keys=name patch=merge:name
          hostname 16 string
          subdomain 17 string
          affinity 18 *core.v1.Affinity
          schedulerName 19 string
          tolerations 22 []core.v1.Toleration atomic
          hostAliases 23 []core.v1.HostAlias keys=ip patch=merge:ip
          priorityClassName 24 string
          priority 25 *int32
          dnsConfig 26 *core.v1.PodDNSConfig
          readinessGates 28 []core.v1.PodReadinessGate atomic
          runtimeClassName 29 *string
          enableServiceLinks 30 *bool
          preemptionPolicy 31 *string(v1.PreemptionPolicy)
          overhead 32 {}quantity
          topologySpreadConstraints 33 []core.v1.TopologySpreadConstraint keys=topologyKey,whenUnsatisfiable \#
        patch=merge:topologyKey
          setHostnameAsFQDN 35 *bool
          os 36 *core.v1.PodOS
          hostUsers 37 *bool
          schedulingGates 38 []core.v1.PodSchedulingGate keys=name patch=merge:name
          resourceClaims 39 []core.v1.PodResourceClaim keys=name patch=merge+retainKeys:name
          resources 40 *core.v1.ResourceRequirements
          hostnameOverride 41 *string
          schedulingGroup 43 *core.v1.PodSchedulingGroup
        core.v1.PodStatus | What has become of the Pod.
          observedGeneration 17 int64
          phase 1 string(v1.PodPhase)
          conditions 2 []core.v1.PodCondition keys=type patch=merge:type
          message 3 string
          reason 4 string
          nominatedNodeName 11 string
          hostIP 5 string
          hostIPs 16 []core.v1.HostIP atomic patch=merge:ip
          podIP 6 string
          podIPs 12 []core.v1.PodIP keys=ip patch=merge:ip
          startTime 7 *time
          initContainerStatuses 10 []core.v1.ContainerStatus atomic
          containerStatuses 8 []core.v1.ContainerStatus atomic
          qosClass 9 string(v1.PodQOSClass)
          ephemeralContainerStatuses 13 []core.v1.ContainerStatus atomic
          resize 14 string(v1.PodResizeStatus)
          resourceClaimStatuses 15 []core.v1.PodResourceClaimStatus keys=name patch=merge+retainKeys:name
          extendedResourceClaimStatus 18 *core.v1.PodExtendedResourceClaimStatus
          allocatedResources 19 {}quantity
          resources 20 *core.v1.ResourceRequirements
          nodeAllocatableResourceClaimStatuses 21 []core.v1.NodeAllocatableResourceClaimStatus atomic
        core.v1.Affinity
          nodeAffinity 1 *core.v1.NodeAffinity
          podAffinity 2 *core.v1.PodAffinity
          podAntiAffinity 3 *core.v1.PodAntiAffinity
        core.v1.Toleration
          key 1 string
          operator 2 string(v1.TolerationOperator)
          value 3 string
          effect 4 string(v1.TaintEffect)
          tolerationSeconds 5 *int64
        core.v1.HostAlias
          ip 1 string always required
          hostnames 2 []string atomic
        core.v1.PodDNSConfig
          nameservers 1 []string atomic
          searches 2 []string atomic
          options 3 []core.v1.PodDNSConfigOption atomic
        core.v1.PodReadinessGate
          conditionType 1 string(v1.PodConditionType) always required
        core.v1.TopologySpreadConstraint
          maxSkew 1 int32 always required
          topologyKey 2 string always required
          whenUnsatisfiable 3 string(v1.UnsatisfiableConstraintAction) always required
          labelSelector 4 *meta.v1.LabelSelector
          minDomains 5 *int32
          nodeAffinityPolicy 6 *string(v1.NodeInclusionPolicy)
          nodeTaintsPolicy 7 *string(v1.NodeInclusionPolicy)
          matchLabelKeys 8 []string atomic
        core.v1.PodOS
          name 1 string(v1.OSName) always required
        core.v1.PodSchedulingGate
          name 1 string always required
        core.v1.PodSchedulingGroup
          podGroupName 1 *string
        core.v1.PodCondition
          type 1 string(v1.PodConditionType) always required
          observedGeneration 7 int64
          status 2 string(v1.ConditionStatus) always required | What has come of it.
          lastProbeTime 3 time
          lastTransitionTime 4 time
          reason 5 string
          message 6 string
        core.v1.HostIP
          ip 1 string always required
        core.v1.PodIP
          ip 1 string always required
        core.v1.PodTemplateSpec | What Pods are made from.
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 core.v1.PodSpec | What is wanted.
        core.v1.ConfigMapNodeConfigSource
          namespace 1 string always required
          name 2 string always required
          uid 3 string(types.UID)
          resourceVersion 4 string
          kubeletConfigKey 5 string always required
        core.v1.VolumeMount
          name 1 string always required
          readOnly 2 bool
          recursiveReadOnly 7 *string(v1.RecursiveReadOnlyMode)
          mountPath 3 string always required
          subPath 4 string
          mountPropagation 5 *string(v1.MountPropagationMode)
          subPathExpr 6 string
        core.v1.VolumeDevice
          name 1 string always required
          devicePath 2 string always required
        core.v1.Sysctl
          name 1 string always required
          value 2 string always required
        core.v1.NodeAffinity
          requiredDuringSchedulingIgnoredDuringExecution 1 *core.v1.NodeSelector
          preferredDuringSchedulingIgnoredDuringExecution 2 []core.v1.PreferredSchedulingTerm atomic
        core.v1.PodAffinity
          requiredDuringSchedulingIgnoredDuringExecution 1 []core.v1.PodAffinityTerm atomic
          preferredDuringSchedulingIgnoredDuringExecution 2 []core.v1.WeightedPodAffinityTerm atomic
        core.v1.PodAntiAffinity
          requiredDuringSchedulingIgnoredDuringExecution 1 []core.v1.PodAffinityTerm atomic
          preferredDuringSchedulingIgnoredDuringExecution 2 []core.v1.WeightedPodAffinityTerm atomic
        core.v1.PodDNSConfigOption
          name 1 string
          value 2 *string
        core.v1.VolumeMountStatus
          name 1 string always required
          mountPath 2 string always required
          readOnly 3 bool
          recursiveReadOnly 4 *string(v1.RecursiveReadOnlyMode)
          volumeStatus 5 *core.v1.VolumeStatus
        core.v1.PreferredSchedulingTerm
          weight 1 int32 always required
          preference 2 core.v1.NodeSelectorTerm always required
        core.v1.PodAffinityTerm
          labelSelector 1 *meta.v1.LabelSelector
          namespaces 2 []string atomic
          topologyKey 3 string always required
          namespaceSelector 4 *meta.v1.LabelSelector
          matchLabelKeys 5 []string atomic
          mismatchLabelKeys 6 []string atomic
        core.v1.WeightedPodAffinityTerm
          weight 1 int32 always required
          podAffinityTerm 2 core.v1.PodAffinityTerm always required
        core.v1.VolumeStatus
          image 1 *core.v1.ImageVolumeStatus
        core.v1.NodeSelectorTerm mapatomic
          matchExpressions 1 []core.v1.NodeSelectorRequirement atomic
          matchFields 2 []core.v1.NodeSelectorRequirement atomic
        core.v1.ImageVolumeStatus
          imageRef 1 string required
        core.v1.NodeSelectorRequirement
          key 1 string always required
          operator 2 string(v1.NodeSelectorOperator) always required
          values 3 []string atomic
        core.v1.TypedObjectReference
          apiGroup 1 *string always
          kind 2 string always required
          name 3 string always required
          namespace 4 *string
        """#
}
