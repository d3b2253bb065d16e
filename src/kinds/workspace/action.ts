import { builder } from '../../graphql/builder.ts';

export const WorkspaceAction = builder.enumType('WorkspaceAction', {
  description: 'Something that can be done to a workspace.',
  values: {
    PAUSE: { description: 'pauseWorkspace: needs `update`.' },
    START: { description: 'startWorkspace: needs `update`.' },
    UPDATE: { description: 'Changing its spec: needs `update`.' },
    DELETE: { description: 'Deleting it: needs `delete`.' },
  } as const,
});
