import { builder } from './builder.ts';

/** Arguments that identify a namespaced object. */
export const objectArgs = builder.args((t) => ({
  namespace: t.string({ required: true, description: 'Namespace of the object.' }),
  name: t.string({ required: true, description: 'Name of the object.' }),
}));

export const nameArg = builder.args((t) => ({
  name: t.string({ required: true, description: 'Name of the object.' }),
}));

export const namespaceArg = builder.args((t) => ({
  namespace: t.string({ description: 'Namespace of the objects. Null for all namespaces in which you may list them.' }),
}));

export const afterArg = builder.args((t) => ({
  after: t.string({
    description:
      'Cursor of the last received event: the subscription continues after it. If the missed events are no longer available, it starts with a snapshot, as with null.',
  }),
}));
