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
  description:
    'Queries. Kinds that the gateway watches are read from its in-memory copy of the cluster, which follows the API server; Secrets are read from the API server.',
});
builder.mutationType({
  description:
    'Mutations. Each takes one `input`, is sent to the API server with the permissions of the viewer and returns the object as the API server stored it. A failed mutation is null and does not affect other mutations of the operation.',
});
builder.subscriptionType({
  description:
    'Subscriptions over WebSocket (`graphql-transport-ws`) or Server-Sent Events. An event is sent only if a selected field has changed.',
});

type BuilderTypes = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never;

/** A GraphQL object type whose values are `T`. */
export type TypeRef<T> = ImplementableObjectRef<BuilderTypes, T>;

/** What an input type is given its fields with. */
export type InputFields = PothosSchemaTypes.InputFieldBuilder<BuilderTypes, 'InputObject'>;
