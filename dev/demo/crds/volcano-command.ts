import { defineKind } from './definition.ts';
import { boolean, object, string } from './schema.ts';

/** `commands.bus.volcano.sh`: what a job is told to do. Volcano takes commands away when it has carried them out. */
export const volcanoCommandCrd = defineKind({
  group: 'bus.volcano.sh',
  version: 'v1alpha1',
  kind: 'Command',
  plural: 'commands',
  shortNames: [],
  scope: 'Namespaced',
  columns: [{ name: 'Action', type: 'string', jsonPath: '.action', description: 'What is to be done' }],
  fields: {
    action: string(),
    message: string(),
    reason: string(),
    target: object(
      {
        apiVersion: string(),
        kind: string(),
        name: string(),
        uid: string(),
        controller: boolean(),
        blockOwnerDeletion: boolean(),
      },
      ['apiVersion', 'kind', 'name', 'uid'],
    ),
  },
  hasStatus: false,
});
