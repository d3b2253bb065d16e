import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import type { ApiObject } from './api-object.ts';
import { objectAt, type JsonObject } from './json.ts';
import type { Page } from './list.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequestError, notAcceptableError } from './status.ts';
import { metadataOnly, tableOf, type IncludeObject } from './table.ts';

/** Negotiated form and syntax of a response. Equal keys mean equal bytes for the same object. */
export interface NegotiatedOutput {
  readonly key: string;
  readonly form: 'object' | 'metadata' | 'table';
  readonly includeObject: IncludeObject;
  readonly syntax: 'json' | 'yaml';
}

/**
 * Returns the first supported media type of an Accept header.
 * @throws {ApiStatusError} 406 if there is none
 */
export function negotiateOutput(accept: string | undefined, query: URLSearchParams): NegotiatedOutput {
  const includeObject = readIncludeObject(query.get('includeObject'));
  for (const part of (accept ?? '*/*').split(',')) {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const syntax = syntaxOf(type);
    const form = formOf(parameters);
    if (syntax && form) return { key: `${form} ${syntax} ${includeObject}`, form, includeObject, syntax };
  }
  throw notAcceptableError();
}

/** Returns the body of an object response, in the version of the resource and the negotiated form. */
export function transformObject(
  object: ApiObject,
  resource: ServedResource,
  representation: NegotiatedOutput,
): JsonObject {
  const shown = convertToVersion(object, resource);
  switch (representation.form) {
    case 'object':
      if (object.metadata.resourceVersion === '') return unversioned(shown);
      return resource.isComputed ? withoutStorageMetadata(shown) : shown;
    case 'metadata':
      return metadataOnly(shown);
    case 'table':
      return tableOf([shown], resource, {
        includeObject: representation.includeObject,
        metadata: { resourceVersion: object.metadata.resourceVersion },
      });
    default:
      throw new TypeError(`Unknown form ${JSON.stringify(representation.form satisfies never)}`);
  }
}

/** Objects of a dry run have no resourceVersion. */
function unversioned({ metadata, ...content }: ApiObject): JsonObject {
  const { resourceVersion: _none, ...meta } = metadata;
  return { ...content, metadata: meta };
}

/** Returns the body of a list response, in the version of the resource and the negotiated form. */
export function transformList(
  { objects, metadata }: Page,
  resource: ServedResource,
  representation: NegotiatedOutput,
): JsonObject {
  const shown = objects.map((object) => convertToVersion(object, resource));
  switch (representation.form) {
    case 'object': {
      const listed = resource.custom ? shown : shown.map(withoutType);
      const items = resource.isComputed ? listed.map(withoutStorageMetadata) : listed;
      return {
        kind: resource.listKind,
        apiVersion: apiVersionOf(resource),
        metadata: resource.isComputed ? {} : metadata,
        items,
      };
    }
    case 'metadata': {
      const items = shown.map(metadataOnly);
      return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items };
    }
    case 'table':
      return tableOf(shown, resource, { includeObject: representation.includeObject, metadata });
    default:
      throw new TypeError(`Unknown form ${JSON.stringify(representation.form satisfies never)}`);
  }
}

/** Only lists of custom resources have apiVersion and kind in each item. */
function withoutType({ apiVersion: _apiVersion, kind: _kind, ...item }: ApiObject): JsonObject {
  return item;
}

/** Computed objects have no uid, resourceVersion or generation. */
function withoutStorageMetadata(object: JsonObject): JsonObject {
  const { name, namespace, labels, annotations, creationTimestamp } = objectAt(object, 'metadata');
  const metadata = { name, namespace, labels, annotations, creationTimestamp };
  return { ...object, metadata };
}

/** Returns the object with the apiVersion of the resource. Other fields are the same in all versions. */
export function convertToVersion(object: ApiObject, resource: ServedResource): ApiObject {
  const apiVersion = apiVersionOf(resource);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

function syntaxOf(type: string): NegotiatedOutput['syntax'] | undefined {
  switch (type) {
    case 'application/json':
    case 'application/*':
    case '*/*':
    case '':
      return 'json';
    case 'application/yaml':
      return 'yaml';
    default:
      return undefined;
  }
}

function formOf(parameters: readonly string[]): NegotiatedOutput['form'] | undefined {
  const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
  switch (as) {
    case undefined:
      return 'object';
    case 'Table':
      return 'table';
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return 'metadata';
    default:
      return undefined;
  }
}

function readIncludeObject(text: string | null): IncludeObject {
  switch (text) {
    case null:
    case '':
    case 'Metadata':
      return 'Metadata';
    case 'None':
    case 'Object':
      return text;
    default:
      throw badRequestError(`includeObject must be 'None', 'Metadata' or 'Object', got ${JSON.stringify(text)}`);
  }
}
