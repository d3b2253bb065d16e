import type { KindPort, WorkspaceKind, WorkspaceKindSpec } from '../workspace-kind.ts';
import { validateActivity } from './activity-rules.ts';
import { invalid, invalidObject, type FieldError } from './field-error.ts';
import { validateFilterRules } from './filter-rules.ts';
import { validateOptions } from './option-rules.ts';
import { validatePodMetadata } from './pod-metadata-rules.ts';

const KNOWN_TEMPLATE = /\{\{-?\s*httpPathPrefix\s+("[^"]*"|`[^`]*`)\s*-?\}\}/gu;

/** What speaks against a kind, whatever it was before and whoever uses it. */
export function validateWorkspaceKind({ spec }: WorkspaceKind): FieldError[] {
  return [
    ...validatePictures(spec),
    ...validatePodMetadata('spec.podTemplate.podMetadata', spec.podTemplate.podMetadata),
    ...validateEnvironment(spec),
    ...spec.podTemplate.ports.flatMap(validateHeaders),
    ...validateActivity(spec),
    ...validateFilterRules(spec),
    ...validateOptions(spec),
  ];
}

function validatePictures({ spawner }: WorkspaceKindSpec): FieldError[] {
  return (['icon', 'logo'] as const)
    .filter((picture) => (spawner[picture].url === undefined) === (spawner[picture].configMap === undefined))
    .map((picture) => invalidObject(`spec.spawner.${picture}`, `must specify exactly one of 'url' or 'configMap'`));
}

function validateEnvironment({ podTemplate }: WorkspaceKindSpec): FieldError[] {
  return (podTemplate.extraEnv ?? []).flatMap(({ name, value }) =>
    validateTemplate(`spec.podTemplate.extraEnv[${name}].value`, value ?? ''),
  );
}

function validateHeaders({ httpProxy }: KindPort, index: number): FieldError[] {
  const headers = httpProxy?.requestHeaders ?? {};
  return (['set', 'add'] as const).flatMap((action) =>
    Object.entries(headers[action] ?? {}).flatMap(([name, value]) =>
      validateTemplate(`spec.podTemplate.ports[${index}].httpProxy.requestHeaders.${action}[${name}]`, value),
    ),
  );
}

/** The one thing that templates of the demo may say is `{{ httpPathPrefix "<port id>" }}`. */
function validateTemplate(field: string, template: string): FieldError[] {
  const isSound = !/\{\{|\}\}/u.test(template.replace(KNOWN_TEMPLATE, ''));
  return isSound ? [] : [invalid(field, template, `failed to parse template ${JSON.stringify(template)}`)];
}
