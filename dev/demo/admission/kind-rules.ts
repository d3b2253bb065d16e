import type { KindPort, WorkspaceKind, WorkspaceKindSpec } from '../workspace-kind.ts';
import { activityCauses } from './activity-rules.ts';
import { invalid, invalidObject, type FieldCause } from './cause.ts';
import { filterCauses } from './filter-rules.ts';
import { optionCauses } from './option-rules.ts';
import { podMetadataCauses } from './pod-metadata-rules.ts';

const KNOWN_TEMPLATE = /\{\{-?\s*httpPathPrefix\s+("[^"]*"|`[^`]*`)\s*-?\}\}/gu;

/** What speaks against a kind, whatever it was before and whoever uses it. */
export function kindCauses({ spec }: WorkspaceKind): FieldCause[] {
  return [
    ...pictureCauses(spec),
    ...podMetadataCauses('spec.podTemplate.podMetadata', spec.podTemplate.podMetadata),
    ...environmentCauses(spec),
    ...spec.podTemplate.ports.flatMap(headerCauses),
    ...activityCauses(spec),
    ...filterCauses(spec),
    ...optionCauses(spec),
  ];
}

function pictureCauses({ spawner }: WorkspaceKindSpec): FieldCause[] {
  return (['icon', 'logo'] as const)
    .filter((picture) => (spawner[picture].url === undefined) === (spawner[picture].configMap === undefined))
    .map((picture) => invalidObject(`spec.spawner.${picture}`, `must specify exactly one of 'url' or 'configMap'`));
}

function environmentCauses({ podTemplate }: WorkspaceKindSpec): FieldCause[] {
  return (podTemplate.extraEnv ?? []).flatMap(({ name, value }) =>
    templateCauses(`spec.podTemplate.extraEnv[${name}].value`, value ?? ''),
  );
}

function headerCauses({ httpProxy }: KindPort, index: number): FieldCause[] {
  const headers = httpProxy?.requestHeaders ?? {};
  return (['set', 'add'] as const).flatMap((action) =>
    Object.entries(headers[action] ?? {}).flatMap(([name, value]) =>
      templateCauses(`spec.podTemplate.ports[${index}].httpProxy.requestHeaders.${action}[${name}]`, value),
    ),
  );
}

/** The one thing that templates of the demo may say is `{{ httpPathPrefix "<port id>" }}`. */
function templateCauses(field: string, template: string): FieldCause[] {
  const isSound = !/\{\{|\}\}/u.test(template.replace(KNOWN_TEMPLATE, ''));
  return isSound ? [] : [invalid(field, template, `failed to parse template ${JSON.stringify(template)}`)];
}
