import { anyObject } from '../../kubernetes/decoder.ts';
import type { InputPaths } from '../../mutations/field-errors.ts';
import type { StatusCause } from '../../kubernetes/status-error.ts';
import { duplicateKeys, duplicatesOf, mapOf, mapPatch } from '../../mutations/inputs.ts';
import { sendableOf, type Pauses } from '../../mutations/manifest.ts';
import type { WorkspaceKindObject } from './resource.ts';
import type {
  ActivityProbeChange,
  ActivityRuleValues,
  ImageChange,
  ImageConfigChange,
  LabelSelectorValues,
  PodConfigChange,
  PodTemplateChange,
  PortChange,
} from './update-inputs.ts';

type AnyObject = Readonly<Record<string, unknown>>;

/** Changes of the spec by typed fields. Absent fields are kept, null clears a field. */
export interface SpecChange {
  readonly icon?: ImageChange | null | undefined;
  readonly logo?: ImageChange | null | undefined;
  readonly ports?: readonly PortChange[] | null | undefined;
  readonly podTemplate?: PodTemplateChange | null | undefined;
  readonly imageConfigs?: readonly ImageConfigChange[] | null | undefined;
  readonly defaultImageConfig?: string | null | undefined;
  readonly podConfigs?: readonly PodConfigChange[] | null | undefined;
  readonly defaultPodConfig?: string | null | undefined;
  readonly activityRules?: readonly ActivityRuleValues[] | null | undefined;
}

const OPTIONS = 'spec.podTemplate.options';
const RULE = 'spec.activityRules[]';

/** Paths of the typed fields in the input. */
export const specPaths: InputPaths = {
  'spec.spawner.icon': 'input.icon',
  'spec.spawner.logo': 'input.logo',
  'spec.podTemplate.ports': 'input.ports',
  'spec.podTemplate.ports[].id': 'input.ports[].portId',
  'spec.podTemplate.ports[].defaultDisplayName': 'input.ports[].displayName',
  'spec.activityRules': 'input.activityRules',
  [`${RULE}.config`]: 'input.activityRules[]',
  [`${RULE}.effect`]: 'input.activityRules[]',
  [`${RULE}.match.matchNamespace.selector`]: 'input.activityRules[].match.namespaces',
  [`${RULE}.match.matchPodConfig.selector`]: 'input.activityRules[].match.podConfigs',
  'spec.podTemplate': 'input.podTemplate',
  'spec.podTemplate.serviceAccount.name': 'input.podTemplate.serviceAccountName',
  [`${OPTIONS}.imageConfig.spawner.default`]: 'input.defaultImageConfig',
  [`${OPTIONS}.podConfig.spawner.default`]: 'input.defaultPodConfig',
  ...optionPaths('imageConfig', 'image'),
  ...optionPaths('podConfig', 'pod'),
  [`${OPTIONS}.podConfig.values[].spec.resources`]: 'input.podConfigs[].pod',
};

function optionPaths(list: 'imageConfig' | 'podConfig', spec: 'image' | 'pod'): InputPaths {
  const [from, to] = [`${OPTIONS}.${list}.values`, `input.${list}s`];
  return {
    [from]: to,
    [`${from}[].id`]: `${to}[].optionId`,
    [`${from}[].spawner`]: `${to}[]`,
    [`${from}[].redirect.to`]: `${to}[].redirectTo`,
    [`${from}[].redirect.message`]: `${to}[].redirectMessage`,
    [`${from}[].spec`]: `${to}[].${spec}`,
    [`${from}[].spec.ports[].id`]: `${to}[].${spec}.ports[].portId`,
  };
}

/** Returns a cause for each key that a map of the input repeats. */
export function duplicatesIn({ podTemplate, podConfigs, activityRules }: SpecChange): StatusCause[] {
  const { labels, annotations } = podTemplate?.podMetadata ?? {};
  return [
    ...duplicateKeys('input.podTemplate.podMetadata.labels', labels),
    ...duplicateKeys('input.podTemplate.podMetadata.annotations', annotations),
    ...(podConfigs ?? []).flatMap(({ pod }, index) => {
      const field = `input.podConfigs[${index}].pod`;
      return [
        ...duplicatesOf(`${field}.requests`, 'resource', pod?.requests?.map(({ resource }) => resource) ?? []),
        ...duplicatesOf(`${field}.limits`, 'resource', pod?.limits?.map(({ resource }) => resource) ?? []),
        ...duplicateKeys(`${field}.nodeSelector`, pod?.nodeSelector),
      ];
    }),
    ...(activityRules ?? []).flatMap(({ match }, index) => {
      const field = `input.activityRules[${index}].match`;
      return [
        ...duplicateKeys(`${field}.namespaces.matchLabels`, match?.namespaces?.matchLabels),
        ...duplicateKeys(`${field}.podConfigs.matchLabels`, match?.podConfigs?.matchLabels),
      ];
    }),
  ];
}

/**
 * Returns the changes as a merge patch of the stored spec.
 * @param pauses long values are parsed in several turns
 */
export async function specPatchOf(
  { spec }: WorkspaceKindObject,
  change: SpecChange,
  pauses: Pauses,
): Promise<AnyObject> {
  const {
    icon,
    logo,
    ports,
    activityRules,
    podTemplate,
    imageConfigs,
    podConfigs,
    defaultImageConfig,
    defaultPodConfig,
  } = change;
  const template = at(spec, 'podTemplate');
  const currentPorts = listAt(template, 'ports');
  const images = listAt(at(at(template, 'options'), 'imageConfig'), 'values');
  const pods = listAt(at(at(template, 'options'), 'podConfig'), 'values');
  return given({
    spawner: givenObject({ icon: icon && imagePatch(icon), logo: logo && imagePatch(logo) }),
    podTemplate: givenObject({
      ports: ports?.map((port) => portOf(port, named(currentPorts, port.portId))),
      ...(podTemplate && (await podTemplatePatch(podTemplate, template, pauses))),
      options: givenObject({
        imageConfig: givenObject({
          spawner: givenObject({ default: defaultImageConfig }),
          values: imageConfigs?.map((option) => imageConfigOf(option, named(images, option.optionId))),
        }),
        podConfig: givenObject({
          spawner: givenObject({ default: defaultPodConfig }),
          values: podConfigs ? await podConfigsOf(podConfigs, pods, pauses) : undefined,
        }),
      }),
    }),
    activityRules: activityRules && activityRules.map(activityRuleOf),
  });
}

/** An image has one source only, so the other one is removed. */
function imagePatch({ url, configMap }: ImageChange): AnyObject {
  return { url: url ?? null, configMap: configMap ?? null };
}

/** Keeps the fields of a port that the input does not name, such as the settings of its proxy. */
function portOf({ portId, displayName, protocol }: PortChange, before: AnyObject): AnyObject {
  const { protocol: current = protocol === 'UNKNOWN' ? undefined : 'HTTP' } = before;
  return changed(before, {
    id: portId,
    defaultDisplayName: displayName,
    protocol: protocol === 'HTTP' ? protocol : current,
  });
}

async function podTemplatePatch(change: PodTemplateChange, template: AnyObject, pauses: Pauses): Promise<AnyObject> {
  const { podMetadata, serviceAccountName, activityProbe, ...manifests } = change;
  const { labels, annotations } = podMetadata ?? {};
  const current = at(template, 'podMetadata');
  const values = Object.entries(await sendable(manifests, 'input.podTemplate', pauses));
  return {
    ...Object.fromEntries(values.map(([field, value]) => [field, replacing(template[field], value)])),
    podMetadata:
      podMetadata &&
      given({
        labels: labels && mapPatch(labels, at(current, 'labels')),
        annotations: annotations && mapPatch(annotations, at(current, 'annotations')),
      }),
    serviceAccount: givenObject({ name: serviceAccountName }),
    activityProbe: activityProbe && activityProbePatch(activityProbe),
  };
}

/** Returns a merge patch that replaces a value: of objects, it removes the fields that the new one does not have. */
function replacing(before: unknown, value: unknown): unknown {
  if (!anyObject.is(before) || !anyObject.is(value)) return value;
  const removed = Object.keys(before).map((field) => [field, null] as const);
  const set = Object.entries(value).map(([field, member]) => [field, replacing(before[field], member)] as const);
  return Object.fromEntries([...removed, ...set]);
}

/** A WorkspaceKind has one probe only, so the other one is removed. */
function activityProbePatch({ podExec, jupyter, ...intervals }: ActivityProbeChange): AnyObject {
  return given({ ...intervals, podExec: podExec ?? null, jupyter: jupyter ?? null });
}

function activityRuleOf({ secondsSinceActive, minRunningSeconds, pauseWorkspace, match }: ActivityRuleValues): object {
  const { namespaces, podConfigs } = match ?? {};
  return withoutNull({
    config: withoutNull({ secondsSinceActive, minRunningSeconds }),
    match: withoutNull({
      matchNamespace: namespaces && { selector: selectorOf(namespaces) },
      matchPodConfig: podConfigs && { selector: selectorOf(podConfigs) },
    }),
    effect: { pauseWorkspace },
  });
}

function selectorOf({ matchLabels, matchExpressions }: LabelSelectorValues): AnyObject {
  return withoutNull({
    matchLabels: matchLabels && mapOf(matchLabels),
    matchExpressions: matchExpressions?.map((requirement) => withoutNull(requirement)),
  });
}

/** A list in a merge patch replaces the stored one, so an option takes over what the input does not name from `before`. */
function imageConfigOf({ image, ...option }: ImageConfigChange, before: AnyObject): AnyObject {
  const { ports, ...plain } = image ?? {};
  const values = ports?.map(({ portId, ...port }) => withoutNull({ id: portId, ...port }));
  return { ...optionOf(option, before), spec: changed(at(before, 'spec'), { ...plain, ports: values }) };
}

/** One after the other, because each may be long. */
async function podConfigsOf(
  options: readonly PodConfigChange[],
  stored: readonly unknown[],
  pauses: Pauses,
): Promise<readonly AnyObject[]> {
  const configs: AnyObject[] = [];
  for (const option of options) configs.push(await podConfigOf(option, named(stored, option.optionId), pauses));
  return configs;
}

async function podConfigOf({ pod, ...option }: PodConfigChange, before: AnyObject, pauses: Pauses): Promise<AnyObject> {
  const { requests, limits, nodeSelector, ...manifests } = pod ?? {};
  const spec = at(before, 'spec');
  const resources = changed(at(spec, 'resources'), { requests: quantitiesOf(requests), limits: quantitiesOf(limits) });
  const change = {
    ...(await sendable(manifests, 'input.podConfigs[].pod', pauses)),
    nodeSelector: nodeSelector && mapOf(nodeSelector),
    ...(Object.keys(resources).length > 0 && { resources }),
  };
  return { ...optionOf(option, before), spec: changed(spec, change) };
}

type OptionChange = Omit<ImageConfigChange, 'image'>;

const levels = { INFO: 'Info', WARNING: 'Warning', DANGER: 'Danger' } as const;

function optionOf({ optionId, redirectTo, redirectMessage, ...spawner }: OptionChange, before: AnyObject): AnyObject {
  const { level, text } = redirectMessage ?? {};
  const message = redirectMessage && { level: level && levels[level], text };
  const redirect = redirectTo === null ? {} : changed(at(before, 'redirect'), { to: redirectTo, message });
  return changed(before, {
    id: optionId,
    spawner: changed(at(before, 'spawner'), { ...spawner }),
    redirect: Object.keys(redirect).length > 0 ? redirect : null,
  });
}

function quantitiesOf(
  amounts: readonly { readonly resource: string; readonly quantity: string }[] | null | undefined,
): Readonly<Record<string, string>> | null | undefined {
  return amounts && Object.fromEntries(amounts.map(({ resource, quantity }) => [resource, quantity]));
}

/** Returns the item of a list with an ID; an empty object if there is none. */
function named(list: readonly unknown[], id: string): AnyObject {
  return list.filter(anyObject.is).find((item) => item['id'] === id) ?? {};
}

function listAt(value: AnyObject, field: string): readonly unknown[] {
  const list = value[field];
  return Array.isArray(list) ? list : [];
}

/** Returns the object in a field; an empty one if it has none. */
function at(value: unknown, field: string): AnyObject {
  const member = anyObject.is(value) ? value[field] : undefined;
  return anyObject.is(member) ? member : {};
}

/** Returns the fields that are given, null included. */
function given(fields: AnyObject): AnyObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Returns undefined if no field is given. */
function givenObject(fields: AnyObject): AnyObject | undefined {
  const some = given(fields);
  return Object.keys(some).length > 0 ? some : undefined;
}

function withoutNull(fields: AnyObject): AnyObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}

/** Returns an object with the given fields replaced, and those that are null removed. */
function changed(before: AnyObject, fields: AnyObject): AnyObject {
  return withoutNull({ ...before, ...given(fields) });
}

/** Parses the values that are YAML text, and checks that they can be sent. */
async function sendable(fields: AnyObject, path: string, pauses: Pauses): Promise<AnyObject> {
  const parsed: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(given(fields)))
    parsed[field] = await sendableOf(value, `${path}.${field}`, pauses);
  return parsed;
}
