import { builder, type InputFields } from '../../graphql/builder.ts';
import { KeyValueInput } from '../../mutations/inputs.ts';
import { PodMetadataInput } from '../workspace/pod-metadata.ts';
import { RedirectMessageLevel } from './option.ts';
import { PortProtocol } from './ports.ts';

const PodExecProbeInput = builder.inputType('PodExecProbeInput', {
  description: 'Activity probe that runs a script in the pod.',
  fields: (t) => ({
    timeoutSeconds: t.int({ description: 'Seconds after which the script has failed.' }),
    script: t.string({ required: true, description: 'The script.' }),
  }),
});

const JupyterProbeInput = builder.inputType('JupyterProbeInput', {
  description: 'Activity probe by a request to the API of Jupyter.',
  fields: (t) => ({
    lastActivity: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Whether the last activity that Jupyter reports counts. The cluster accepts only true.',
    }),
    portId: t.id({ required: true, description: 'ID of the port of Jupyter.' }),
  }),
});

const ActivityProbeInput = builder.inputType('ActivityProbeInput', {
  description:
    'Probe by which the controller observes the last activity of a workspace: exactly one of `podExec` and `jupyter`.',
  fields: (t) => ({
    probeIntervalSeconds: t.int({ description: 'Seconds between two probes.' }),
    minProbeIntervalSeconds: t.int({ description: 'Minimum seconds between two probes.' }),
    podExec: t.field({ type: PodExecProbeInput, description: 'Probe by a script.' }),
    jupyter: t.field({ type: JupyterProbeInput, description: 'Probe by the API of Jupyter.' }),
  }),
});

const WorkspaceKindPodTemplateInput = builder.inputType('WorkspaceKindPodTemplateInput', {
  description: 'Changes of the pod template of a WorkspaceKind. Absent fields are kept, null clears a field.',
  fields: (t) => ({
    podMetadata: t.field({ type: PodMetadataInput, description: 'Labels and annotations of the pods.' }),
    serviceAccountName: t.string({
      description:
        'Name of the service account of the pods. Supported only by old versions of the CRD. Others reject it: the `clusterRoles` of their service accounts are changed by `manifest`.',
    }),
    activityProbe: t.field({
      type: ActivityProbeInput,
      description: 'Activity probe. Its `podExec` or `jupyter` removes the other one; fields that are absent are kept.',
    }),
    securityContext: t.field({
      type: 'JSON',
      description: 'Complete security context of the pods, as in their manifest.',
    }),
    containerSecurityContext: t.field({
      type: 'JSON',
      description: 'Complete security context of the main container, as in its manifest.',
    }),
    extraEnv: t.field({
      type: 'JSON',
      description: 'List of environment variables, as in the manifest of a container.',
    }),
    extraVolumes: t.field({ type: 'JSON', description: 'List of volumes, as in the manifest of a pod.' }),
    extraVolumeMounts: t.field({
      type: 'JSON',
      description: 'List of volume mounts, as in the manifest of a container.',
    }),
  }),
});

const LabelSelectorRequirementInput = builder.inputType('LabelSelectorRequirementInput', {
  description: 'Condition on one label.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Key of the label.' }),
    operator: t.string({ required: true, description: '`In`, `NotIn`, `Exists` or `DoesNotExist`.' }),
    values: t.stringList({ description: 'Values for `In` and `NotIn`.' }),
  }),
});

const LabelSelectorInput = builder.inputType('LabelSelectorInput', {
  description: 'Kubernetes label selector. All its conditions have to hold; without any, it matches everything.',
  fields: (t) => ({
    matchLabels: t.field({ type: [KeyValueInput], description: 'Labels with their required values.' }),
    matchExpressions: t.field({ type: [LabelSelectorRequirementInput], description: 'Further conditions.' }),
  }),
});

const ActivityRuleMatchInput = builder.inputType('ActivityRuleMatchInput', {
  description: 'Workspaces that an activity rule matches. Both conditions have to hold; a missing one always holds.',
  fields: (t) => ({
    namespaces: t.field({ type: LabelSelectorInput, description: 'Selector of the labels of the namespace.' }),
    podConfigs: t.field({ type: LabelSelectorInput, description: 'Selector of the labels of the podConfig option.' }),
  }),
});

const ActivityRuleInput = builder.inputType('ActivityRuleInput', {
  description: 'Rule that decides whether an inactive workspace is paused.',
  fields: (t) => ({
    secondsSinceActive: t.int({
      required: true,
      description: 'Seconds without activity after which the rule applies.',
    }),
    minRunningSeconds: t.int({ description: 'Minimum seconds that the workspace has been running.' }),
    pauseWorkspace: t.boolean({ required: true, description: 'Whether the workspace is paused.' }),
    match: t.field({
      type: ActivityRuleMatchInput,
      description: 'Workspaces that the rule matches. Null for every workspace.',
    }),
  }),
});

const RedirectMessageInput = builder.inputType('RedirectMessageInput', {
  description: 'Message for users whose option is redirected.',
  fields: (t) => ({
    level: t.field({ type: RedirectMessageLevel, required: true, description: 'Severity.' }),
    text: t.string({ required: true, description: 'Text of the message.' }),
  }),
});

/** Fields of an option in either list. */
function optionFields(t: InputFields) {
  return {
    optionId: t.id({
      required: true,
      description: 'ID of the option. Fields that are absent keep their value if an option has this ID.',
    }),
    displayName: t.string({ description: 'Display name. Required for a new option.' }),
    description: t.string({ description: 'Human-readable description. Null removes it.' }),
    labels: t.field({ type: [KeyValueInput], description: 'All labels of the option. Null removes them.' }),
    hidden: t.boolean({ description: 'Whether user interfaces should hide the option.' }),
    redirectTo: t.id({ description: 'ID of the option that replaces it. Null removes the redirect and its message.' }),
    redirectMessage: t.field({
      type: RedirectMessageInput,
      description: 'Message about the replacement. Null removes it.',
    }),
  };
}

const ImagePortInput = builder.inputType('ImagePortInput', {
  description: 'Port of an image.',
  fields: (t) => ({
    portId: t.id({ required: true, description: 'ID of a port of the WorkspaceKind.' }),
    port: t.int({ required: true, description: 'TCP port on which the container listens.' }),
    displayName: t.string({ description: 'Display name for this image.' }),
  }),
});

const ImageConfigSpecInput = builder.inputType('ImageConfigSpecInput', {
  description: 'Additions of an imageConfig option to the pod of a workspace. Absent fields are kept.',
  fields: (t) => ({
    image: t.string({ description: 'Container image. Required for a new option.' }),
    imagePullPolicy: t.string({ description: '`Always`, `IfNotPresent` or `Never`.' }),
    ports: t.field({ type: [ImagePortInput], description: 'All ports of the image. Required for a new option.' }),
  }),
});

const ResourceAmountInput = builder.inputType('ResourceAmountInput', {
  description: 'Amount of a resource.',
  fields: (t) => ({
    resource: t.string({ required: true, description: 'Name of the resource, e.g. `cpu` or `memory`.' }),
    quantity: t.string({ required: true, description: 'The amount (`resource.Quantity`), e.g. `500m` or `2Gi`.' }),
  }),
});

const PodConfigSpecInput = builder.inputType('PodConfigSpecInput', {
  description: 'Additions of a podConfig option to the pod of a workspace. Absent fields are kept.',
  fields: (t) => ({
    requests: t.field({ type: [ResourceAmountInput], description: 'All requested resources. Null removes them.' }),
    limits: t.field({ type: [ResourceAmountInput], description: 'All limits of resources. Null removes them.' }),
    nodeSelector: t.field({ type: [KeyValueInput], description: 'Labels that a node must have. Null removes them.' }),
    tolerations: t.field({ type: 'JSON', description: 'List of tolerations, as in the manifest of a pod.' }),
    affinity: t.field({ type: 'JSON', description: 'Affinity, as in the manifest of a pod.' }),
  }),
});

const ImageConfigInput = builder.inputType('ImageConfigInput', {
  description: 'imageConfig option of a WorkspaceKind.',
  fields: (t) => ({
    ...optionFields(t),
    image: t.field({ type: ImageConfigSpecInput, description: 'The image. Required for a new option.' }),
  }),
});

const PodConfigInput = builder.inputType('PodConfigInput', {
  description: 'podConfig option of a WorkspaceKind.',
  fields: (t) => ({
    ...optionFields(t),
    pod: t.field({ type: PodConfigSpecInput, description: 'Resources and placement of the pod.' }),
  }),
});

const WorkspaceKindPortInput = builder.inputType('WorkspaceKindPortInput', {
  description: 'Port of a WorkspaceKind.',
  fields: (t) => ({
    portId: t.id({
      required: true,
      description: 'ID of the port. Fields that are absent keep their value if a port has this ID.',
    }),
    protocol: t.field({
      type: PortProtocol,
      description: 'Protocol. HTTP if a new port has none. UNKNOWN keeps that of the port.',
    }),
    displayName: t.string({ description: 'Display name. Required for a new port.' }),
  }),
});

const ImageConfigMapInput = builder.inputType('ImageConfigMapInput', {
  description: 'Image in a ConfigMap with the label `notebooks.kubeflow.org/image-source=true`.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'Namespace of the ConfigMap.' }),
    name: t.string({ required: true, description: 'Name of the ConfigMap.' }),
    key: t.string({ required: true, description: 'Key of the image in the ConfigMap.' }),
    mediaType: t.string({
      required: true,
      defaultValue: 'image/svg+xml',
      description: 'Media type of the image. The cluster accepts only `image/svg+xml`.',
    }),
  }),
});

const ImageRefInput = builder.inputType('ImageRefInput', {
  description: 'Icon or logo of a WorkspaceKind: exactly one of `url` and `configMap`. It replaces the present one.',
  fields: (t) => ({
    url: t.string({ description: 'URL of the image.' }),
    configMap: t.field({ type: ImageConfigMapInput, description: 'ConfigMap that contains the image.' }),
  }),
});

export type PortChange = typeof WorkspaceKindPortInput.$inferInput;
export type ImageChange = typeof ImageRefInput.$inferInput;
export type PodTemplateChange = typeof WorkspaceKindPodTemplateInput.$inferInput;
export type ActivityProbeChange = typeof ActivityProbeInput.$inferInput;
export type ActivityRuleValues = typeof ActivityRuleInput.$inferInput;
export type LabelSelectorValues = typeof LabelSelectorInput.$inferInput;
export type ImageConfigChange = typeof ImageConfigInput.$inferInput;
export type PodConfigChange = typeof PodConfigInput.$inferInput;

/** Input fields of the parts of a WorkspaceKind that its edit form shows. */
export function workspaceKindFields(t: InputFields) {
  return {
    icon: t.field({ type: ImageRefInput, description: 'Icon. Cannot be null.' }),
    logo: t.field({ type: ImageRefInput, description: 'Logo. Cannot be null.' }),
    ports: t.field({
      type: [WorkspaceKindPortInput],
      description: 'All ports, in their order. One that is left out is removed. Cannot be null.',
    }),
    podTemplate: t.field({
      type: WorkspaceKindPodTemplateInput,
      description: 'Changes of the pod template. Cannot be null.',
    }),
    imageConfigs: t.field({
      type: [ImageConfigInput],
      description: 'All imageConfig options, in their order. One that is left out is removed. Cannot be null.',
    }),
    defaultImageConfig: t.id({ description: 'ID of the preselected imageConfig option.' }),
    podConfigs: t.field({
      type: [PodConfigInput],
      description: 'All podConfig options, in their order. One that is left out is removed. Cannot be null.',
    }),
    defaultPodConfig: t.id({ description: 'ID of the preselected podConfig option.' }),
    activityRules: t.field({
      type: [ActivityRuleInput],
      description: 'All activity rules, in their order. Null removes them.',
    }),
  };
}
