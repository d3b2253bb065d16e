import SchemaBuilder, { type ImplementableObjectRef } from '@pothos/core';
import type { KubernetesObject as AnyObject } from '../kubernetes/object.ts';
import type { Context } from './context.ts';

interface SchemaTypes {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    /** Input: milliseconds since the epoch. Output: RFC 3339 string. */
    DateTime: { Input: number; Output: string };
    JSON: { Input: unknown; Output: unknown };
    ID: { Input: string; Output: string };
  };
  Interfaces: { Node: AnyObject; KubernetesObject: AnyObject };
}

/** Builder of the schema. Files that define types and fields import it. */
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

/** Reference to a GraphQL object type whose values are `T`. */
export type TypeRef<T> = ImplementableObjectRef<BuilderTypes, T>;

/** Builder of the fields of an input type. */
export type InputFields = PothosSchemaTypes.InputFieldBuilder<BuilderTypes, 'InputObject'>;
