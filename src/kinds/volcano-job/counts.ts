import { builder, type TypeRef } from '../../graphql/builder.ts';
import { jobStatusOf, succeededOf, type VolcanoJobObject } from './resource.ts';

/** Gives a job the fields that say how many of its pods are doing what. */
export function implementCounts(job: TypeRef<VolcanoJobObject>): void {
  builder.objectFields(job, (t) => ({
    pending: t.int({
      description: 'How many of its pods wait.',
      resolve: (parent) => jobStatusOf(parent).pending ?? 0,
    }),
    running: t.int({
      description: 'How many of its pods run.',
      resolve: (parent) => jobStatusOf(parent).running ?? 0,
    }),
    succeeded: t.int({
      description: 'How many of its pods have succeeded.',
      resolve: succeededOf,
    }),
    failed: t.int({
      description: 'How many of its pods have failed.',
      resolve: (parent) => jobStatusOf(parent).failed ?? 0,
    }),
    terminating: t.int({
      description: 'How many of its pods are being stopped.',
      resolve: (parent) => jobStatusOf(parent).terminating ?? 0,
    }),
    unknown: t.int({
      description: 'Of how many of its pods nobody knows.',
      resolve: (parent) => jobStatusOf(parent).unknown ?? 0,
    }),
    retryCount: t.int({
      description: 'How often it has been tried again.',
      resolve: (parent) => jobStatusOf(parent).retryCount ?? 0,
    }),
    version: t.int({
      nullable: true,
      description: 'How often it has been started, counted from 0. Null until Volcano has looked.',
      resolve: (parent) => jobStatusOf(parent).version ?? null,
    }),
    reportedMinAvailable: t.int({
      nullable: true,
      description: 'The `minAvailable` that Volcano has taken in. Null until it has looked.',
      resolve: (parent) => jobStatusOf(parent).minAvailable ?? null,
    }),
  }));
}
