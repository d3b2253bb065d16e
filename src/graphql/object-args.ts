import { builder } from './builder.ts';

/** Names one object of a namespace. */
export const objectArgs = builder.args((t) => ({
  namespace: t.string({ required: true, description: 'The namespace it is in.' }),
  name: t.string({ required: true, description: 'Its name.' }),
}));

export const nameArg = builder.args((t) => ({ name: t.string({ required: true, description: 'Its name.' }) }));

export const namespaceArg = builder.args((t) => ({
  namespace: t.string({ description: 'Only this namespace. Null: every namespace in which you may see them.' }),
}));

export const afterArg = builder.args((t) => ({
  after: t.string({ description: 'Go on behind the event with this cursor. Null: from a snapshot.' }),
}));
