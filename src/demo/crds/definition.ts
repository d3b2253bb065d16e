import type { Manifest } from '../../simulator/api-object.ts';
import { object, string, type Schema } from './schema.ts';

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean';
  readonly jsonPath: string;
  readonly description: string;
}

interface Definition {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly columns: readonly Column[];
  readonly spec: Schema;
  readonly status: Schema;
}

/** The definition of a kind of `kubeflow.org/v1beta1` with a status subresource: the version that every age of it has. */
export function define({ kind, plural, shortName, scope, columns, spec, status }: Definition): Manifest {
  const names = { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [shortName] };
  const version = {
    name: 'v1beta1',
    served: true,
    storage: true,
    subresources: { status: {} },
    additionalPrinterColumns: columns.map((column) => ({ ...column })),
    schema: { openAPIV3Schema: wholeObject(spec, status) },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.kubeflow.org` },
    spec: { group: 'kubeflow.org', scope, names, versions: [version] },
  };
}

function wholeObject(spec: Schema, status: Schema): Schema {
  return object({ apiVersion: string(), kind: string(), metadata: { type: 'object' }, spec, status });
}
