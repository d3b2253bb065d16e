import type { Manifest } from '../../simulator/api-object.ts';
import { object, string, type Schema } from './schema.ts';

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean';
  readonly jsonPath: string;
  readonly description: string;
}

interface CustomKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  readonly columns: readonly Column[];
  /** Schemas of the top-level fields other than apiVersion, kind and metadata. */
  readonly fields: Readonly<Record<string, Schema>>;
  readonly hasStatus: boolean;
}

interface Definition extends Pick<CustomKind, 'kind' | 'plural' | 'scope' | 'columns'> {
  readonly shortName: string;
  readonly spec: Schema;
  readonly status: Schema;
}

/** Returns the CustomResourceDefinition of a `kubeflow.org/v1beta1` kind with a status subresource. */
export function define({ shortName, spec, status, ...kind }: Definition): Manifest {
  const fields = { spec, status };
  return defineKind({
    ...kind,
    group: 'kubeflow.org',
    version: 'v1beta1',
    shortNames: [shortName],
    fields,
    hasStatus: true,
  });
}

/** Returns a CustomResourceDefinition with one version. */
export function defineKind(custom: CustomKind): Manifest {
  const { group, kind, plural, shortNames, scope } = custom;
  const names = {
    kind,
    listKind: `${kind}List`,
    plural,
    singular: kind.toLowerCase(),
    ...(shortNames.length > 0 ? { shortNames } : {}),
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope, names, versions: [versionOf(custom)] },
  };
}

function versionOf({ version, columns, fields, hasStatus }: CustomKind) {
  const schema = object({ apiVersion: string(), kind: string(), metadata: { type: 'object' }, ...fields });
  return {
    name: version,
    served: true,
    storage: true,
    ...(hasStatus ? { subresources: { status: {} } } : {}),
    ...(columns.length > 0 ? { additionalPrinterColumns: columns.map((column) => ({ ...column })) } : {}),
    schema: { openAPIV3Schema: schema },
  };
}
