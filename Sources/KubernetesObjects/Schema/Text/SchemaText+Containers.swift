extension SchemaText {
    /// Containers of Pods.
    static let containers: StaticString = #"""
        core.v1.Container | One container of a Pod.
          name 1 string always required
          image 2 string
          command 3 []string atomic
          args 4 []string atomic
          workingDir 5 string
          ports 6 []core.v1.ContainerPort keys=containerPort,protocol patch=merge:containerPort
          envFrom 19 []core.v1.EnvFromSource atomic
          env 7 []core.v1.EnvVar keys=name patch=merge:name
          resources 8 core.v1.ResourceRequirements
          resizePolicy 23 []core.v1.ContainerResizePolicy atomic
          restartPolicy 24 *string(v1.ContainerRestartPolicy)
          restartPolicyRules 25 []core.v1.ContainerRestartRule atomic
          volumeMounts 9 []core.v1.VolumeMount keys=mountPath patch=merge:mountPath
          volumeDevices 21 []core.v1.VolumeDevice keys=devicePath patch=merge:devicePath
          livenessProbe 10 *core.v1.Probe
          readinessProbe 11 *core.v1.Probe
          startupProbe 22 *core.v1.Probe
          lifecycle 12 *core.v1.Lifecycle
          terminationMessagePath 13 string
          terminationMessagePolicy 20 string(v1.TerminationMessagePolicy)
          imagePullPolicy 14 string(v1.PullPolicy)
          securityContext 15 *core.v1.SecurityContext
          stdin 16 bool
          stdinOnce 17 bool
          tty 18 bool
        core.v1.EphemeralContainer
          + 1 core.v1.EphemeralContainerCommon
          targetContainerName 2 string
        core.v1.PodSecurityContext
          seLinuxOptions 1 *core.v1.SELinuxOptions
          windowsOptions 8 *core.v1.WindowsSecurityContextOptions
          runAsUser 2 *int64
          runAsGroup 6 *int64
          runAsNonRoot 3 *bool
          supplementalGroups 4 []int64 atomic
          supplementalGroupsPolicy 12 *string(v1.SupplementalGroupsPolicy)
          fsGroup 5 *int64
          sysctls 7 []core.v1.Sysctl atomic
          fsGroupChangePolicy 9 *string(v1.PodFSGroupChangePolicy)
          seccompProfile 10 *core.v1.SeccompProfile
          appArmorProfile 11 *core.v1.AppArmorProfile
          seLinuxChangePolicy 13 *string(v1.PodSELinuxChangePolicy)
        core.v1.PodResourceClaim
          name 1 string always required
          resourceClaimName 3 *string
          resourceClaimTemplateName 4 *string
        core.v1.ResourceRequirements
          limits 1 {}quantity
          requests 2 {}quantity
          claims 3 []core.v1.ResourceClaim keys=name
        core.v1.ContainerStatus | What has become of a container.
          name 1 string always required
          state 2 core.v1.ContainerState
          lastState 3 core.v1.ContainerState
          ready 4 bool always required
          restartCount 5 int32 always required
          image 6 string always required
          imageID 7 string always required
          containerID 8 string
          started 9 *bool
          allocatedResources 10 {}quantity
          resources 11 *core.v1.ResourceRequirements
          volumeMounts 12 []core.v1.VolumeMountStatus keys=mountPath patch=merge:mountPath
          user 13 *core.v1.ContainerUser
          allocatedResourcesStatus 14 []core.v1.ResourceStatus keys=name patch=merge:name
          stopSignal 15 *string(v1.Signal)
        core.v1.PodResourceClaimStatus
          name 1 string always required
          resourceClaimName 2 *string
        core.v1.PodExtendedResourceClaimStatus
          requestMappings 1 []core.v1.ContainerExtendedResourceRequest always required atomic
          resourceClaimName 2 string always required
        core.v1.NodeAllocatableResourceClaimStatus
          resourceClaimName 1 string always required
          containers 2 []string set
          resources 3 {}quantity always required
        core.v1.ContainerPort | A port that a container listens on.
          name 1 string
          hostPort 2 int32
          containerPort 3 int32 always required
          protocol 4 string(v1.Protocol) default=TCP
          hostIP 5 string
        core.v1.EnvFromSource
          prefix 1 string
          configMapRef 2 *core.v1.ConfigMapEnvSource
          secretRef 3 *core.v1.SecretEnvSource
        core.v1.EnvVar
          name 1 string always required
          value 2 string
          valueFrom 3 *core.v1.EnvVarSource
        core.v1.ContainerResizePolicy
          resourceName 1 string(v1.ResourceName) always required
          restartPolicy 2 string(v1.ResourceResizeRestartPolicy) always required
        core.v1.ContainerRestartRule
          action 1 string(v1.ContainerRestartRuleAction) required
          exitCodes 2 *core.v1.ContainerRestartRuleOnExitCodes
        core.v1.Probe | A check of a container.
          + 1 core.v1.ProbeHandler
          initialDelaySeconds 2 int32
          timeoutSeconds 3 int32
          periodSeconds 4 int32
          successThreshold 5 int32
          failureThreshold 6 int32
          terminationGracePeriodSeconds 7 *int64
        core.v1.Lifecycle
          postStart 1 *core.v1.LifecycleHandler
          preStop 2 *core.v1.LifecycleHandler
          stopSignal 3 *string(v1.Signal)
        core.v1.SecurityContext
          capabilities 1 *core.v1.Capabilities
          privileged 2 *bool
          seLinuxOptions 3 *core.v1.SELinuxOptions
          windowsOptions 10 *core.v1.WindowsSecurityContextOptions
          runAsUser 4 *int64
          runAsGroup 8 *int64
          runAsNonRoot 5 *bool
          readOnlyRootFilesystem 6 *bool
          allowPrivilegeEscalation 7 *bool
          procMount 9 *string(v1.ProcMountType)
          seccompProfile 11 *core.v1.SeccompProfile
          appArmorProfile 12 *core.v1.AppArmorProfile
        core.v1.EphemeralContainerCommon nodef
          name 1 string always
          image 2 string
          command 3 []string
          args 4 []string
          workingDir 5 string
          ports 6 []core.v1.ContainerPort patch=merge:containerPort
          envFrom 19 []core.v1.EnvFromSource
          env 7 []core.v1.EnvVar patch=merge:name
          resources 8 core.v1.ResourceRequirements
          resizePolicy 23 []core.v1.ContainerResizePolicy
          restartPolicy 24 *string(v1.ContainerRestartPolicy)
          restartPolicyRules 25 []core.v1.ContainerRestartRule
          volumeMounts 9 []core.v1.VolumeMount patch=merge:mountPath
          volumeDevices 21 []core.v1.VolumeDevice patch=merge:devicePath
          livenessProbe 10 *core.v1.Probe
          readinessProbe 11 *core.v1.Probe
          startupProbe 22 *core.v1.Probe
          lifecycle 12 *core.v1.Lifecycle
          terminationMessagePath 13 string
          terminationMessagePolicy 20 string(v1.TerminationMessagePolicy)
          imagePullPolicy 14 string(v1.PullPolicy)
          securityContext 15 *core.v1.SecurityContext
          stdin 16 bool
          stdinOnce 17 bool
          tty 18 bool
        core.v1.SELinuxOptions
          user 1 string
          role 2 string
          type 3 string
          level 4 string
        core.v1.WindowsSecurityContextOptions
          gmsaCredentialSpecName 1 *string
          gmsaCredentialSpec 2 *string
          runAsUserName 3 *string
          hostProcess 4 *bool
        core.v1.SeccompProfile
          type 1 string(v1.SeccompProfileType) always required
          localhostProfile 2 *string
        core.v1.AppArmorProfile
          type 1 string(v1.AppArmorProfileType) always required
          localhostProfile 2 *string
        core.v1.ResourceClaim
          name 1 string always required
          request 2 string
        core.v1.ContainerState
          waiting 1 *core.v1.ContainerStateWaiting
          running 2 *core.v1.ContainerStateRunning
          terminated 3 *core.v1.ContainerStateTerminated
        core.v1.ContainerUser
          linux 1 *core.v1.LinuxContainerUser
        core.v1.ResourceStatus
          name 1 string(v1.ResourceName) always required
          resources 2 []core.v1.ResourceHealth keys=resourceID
        core.v1.ContainerExtendedResourceRequest
          containerName 1 string always required
          resourceName 2 string always required
          requestName 3 string always required
        core.v1.ConfigMapEnvSource
          + 1 core.v1.LocalObjectReference
          optional 2 *bool
        core.v1.SecretEnvSource
          + 1 core.v1.LocalObjectReference
          optional 2 *bool
        core.v1.EnvVarSource
          fieldRef 1 *core.v1.ObjectFieldSelector
          resourceFieldRef 2 *core.v1.ResourceFieldSelector
          configMapKeyRef 3 *core.v1.ConfigMapKeySelector
          secretKeyRef 4 *core.v1.SecretKeySelector
          fileKeyRef 5 *core.v1.FileKeySelector
        core.v1.ContainerRestartRuleOnExitCodes
          operator 1 string(v1.ContainerRestartRuleOnExitCodesOperator) required
          values 2 []int32 set
        core.v1.ProbeHandler nodef
          exec 1 *core.v1.ExecAction
          httpGet 2 *core.v1.HTTPGetAction
          tcpSocket 3 *core.v1.TCPSocketAction
          grpc 4 *core.v1.GRPCAction
        core.v1.LifecycleHandler
          exec 1 *core.v1.ExecAction
          httpGet 2 *core.v1.HTTPGetAction
          tcpSocket 3 *core.v1.TCPSocketAction
          sleep 4 *core.v1.SleepAction
        core.v1.Capabilities
          add 1 []string(v1.Capability) atomic
          drop 2 []string(v1.Capability) atomic
        core.v1.NodeSelector mapatomic
          nodeSelectorTerms 1 []core.v1.NodeSelectorTerm always required atomic
        core.v1.ContainerStateWaiting
          reason 1 string
          message 2 string
        core.v1.ContainerStateRunning
          startedAt 1 time
        core.v1.ContainerStateTerminated
          exitCode 1 int32 always required
          signal 2 int32
          reason 3 string
          message 4 string
          startedAt 5 time
          finishedAt 6 time
          containerID 7 string
        core.v1.LinuxContainerUser
          uid 1 int64 always required
          gid 2 int64 always required
          supplementalGroups 3 []int64 atomic
        core.v1.ResourceHealth
          resourceID 1 string(v1.ResourceID) always required
          health 2 string(v1.ResourceHealthStatus)
          message 6 *string
        core.v1.ObjectFieldSelector mapatomic
          apiVersion 1 string
          fieldPath 2 string always required
        core.v1.ResourceFieldSelector mapatomic
          containerName 1 string
          resource 2 string always required
          divisor 3 quantity
        core.v1.ConfigMapKeySelector mapatomic
          + 1 core.v1.LocalObjectReference
          key 2 string always required
          optional 3 *bool
        core.v1.SecretKeySelector mapatomic
          + 1 core.v1.LocalObjectReference
          key 2 string always required
          optional 3 *bool
        core.v1.FileKeySelector mapatomic
          volumeName 1 string always required
          path 2 string always required
          key 3 string always required
          optional 4 *bool
        core.v1.ExecAction
          command 1 []string atomic
        core.v1.HTTPGetAction
          path 1 string
          port 2 intorstring always required
          host 3 string
          scheme 4 string(v1.URIScheme)
          httpHeaders 5 []core.v1.HTTPHeader atomic
        core.v1.TCPSocketAction
          port 1 intorstring always required
          host 2 string
        core.v1.GRPCAction
          port 1 int32 always required
          service 2 *string always
        core.v1.SleepAction
          seconds 1 int64 always required
        core.v1.HTTPHeader
          name 1 string always required
          value 2 string always required
        core.v1.VolumeResourceRequirements
          limits 1 {}quantity
          requests 2 {}quantity
        """#
}
