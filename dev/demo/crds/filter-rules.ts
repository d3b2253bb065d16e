import { atomicList, boolean, object, oneOf, string, withRules, type Schema } from './schema.ts';
import { filterMatch } from './selector.ts';

/** Which kinds and options are left out or refused where: the first rule whose conditions all hold decides. */
export function filterRules(): Schema {
  const scope = oneOf('WORKSPACE_KIND', 'POD_CONFIG', 'IMAGE_CONFIG');
  const rule = { scope, effect: effect(), match: atomicList(filterMatch(), { min: 1 }) };
  return atomicList(object(rule, ['scope', 'effect', 'match']));
}

function effect(): Schema {
  return withRules(object({ ui: object({ hide: boolean() }, ['hide']), api: apiEffect() }), {
    rule: 'has(self.ui) || has(self.api)',
    message: `must specify at least one of 'ui' or 'api'`,
  });
}

function apiEffect(): Schema {
  const denyMessage = object({ text: string({ min: 2, max: 1024 }) }, ['text']);
  return withRules(object({ hide: boolean(), deny: boolean(), denyMessage }), {
    rule: '!has(self.denyMessage) || (has(self.deny) && self.deny)',
    message: `'denyMessage' may only be set when 'deny' is true`,
  });
}
