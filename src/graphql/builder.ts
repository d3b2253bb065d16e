import SchemaBuilder, { type ImplementableObjectRef } from '@pothos/core';
import type { KubernetesObject as AnyObject } from '../kubernetes/object.ts';
import type { Context } from './context.ts';

interface SchemaTypes {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    /** In: milliseconds since the epoch. Out: RFC 3339 text. */
    DateTime: { Input: number; Output: string };
    JSON: { Input: unknown; Output: unknown };
    ID: { Input: string; Output: string };
  };
  Interfaces: { Node: AnyObject; KubernetesObject: AnyObject };
}

/** The one schema under construction: every file that adds to it imports this. */
export const builder = new SchemaBuilder<SchemaTypes>({ defaultFieldNullability: false });

builder.queryType({
  description: 'What can be asked. Answers about the cluster come from the gateway’s live copy of it.',
});
builder.mutationType({
  description: 'What can be changed. Every mutation takes one `input` and goes straight to the API server.',
});
builder.subscriptionType({
  description: 'What can be followed, over WebSocket (graphql-transport-ws) or Server-Sent Events.',
});

type BuilderTypes = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never;

/** A GraphQL object type whose values are `T`. */
export type TypeRef<T> = ImplementableObjectRef<BuilderTypes, T>;

/** What an input type is given its fields with. */
export type InputFields = PothosSchemaTypes.InputFieldBuilder<BuilderTypes, 'InputObject'>;
