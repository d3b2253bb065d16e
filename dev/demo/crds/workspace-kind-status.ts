import { integer, listMap, object, oneOf, string, type Schema } from './schema.ts';
import { optionId } from './text.ts';

/** What the controller reports about a kind: its use, and whether its pictures were found. */
export function workspaceKindStatus(): Schema {
  const fields = { ...usage(), spawnerIcon: picture(), spawnerLogo: picture() };
  return object(fields, ['workspaces', 'podTemplateOptions', 'spawnerIcon', 'spawnerLogo']);
}

/** How many workspaces are of a kind and of each of its options, in all namespaces. */
export function usage() {
  const counts = listMap('id', object({ id: optionId(), workspaces: integer() }, ['id', 'workspaces']));
  return {
    workspaces: integer({ default: 0 }),
    podTemplateOptions: object({ imageConfig: counts, podConfig: counts }, ['imageConfig', 'podConfig']),
  };
}

function picture(): Schema {
  const failure = object({ errorType: oneOf('NotFound', 'KeyNotFound', 'Other'), errorMessage: string() });
  return object({ sha256: string(), configMap: failure });
}
