import { hash } from 'node:crypto';
import { builder } from '../../graphql/builder.ts';
import type { Context } from '../../graphql/context.ts';
import type { Client } from '../../kubernetes/client.ts';
import { record, object, string } from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { assertSegments, segmentCauses } from '../../kubernetes/path.ts';
import { defineResource } from '../../kubernetes/resource.ts';
import { isForbidden, isNotFound } from '../../kubernetes/status-error.ts';
import { TtlCache } from '../../kubernetes/ttl-cache.ts';
import {
  workspaceKindSpecOf,
  workspaceKindStatusOf,
  type WorkspaceKindObject,
  WorkspaceKind,
  type Picture,
} from './resource.ts';

/** Icon or logo of a WorkspaceKind. */
interface Image {
  readonly workspaceKind: WorkspaceKindObject;
  readonly which: 'icon' | 'logo';
}

const errors: ReadonlyMap<string, string> = new Map([
  ['NotFound', 'CONFIGMAP_MISSING'],
  ['KeyNotFound', 'CONFIGMAP_KEY_MISSING'],
  ['Other', 'CONFIGMAP_OTHER'],
]);

export const ImageRef = builder.objectRef<Image>('ImageRef').implement({
  description: 'Icon or logo of a WorkspaceKind.',
  fields: (t) => ({
    url: t.string({
      nullable: true,
      description:
        'URL of the image. A path on this gateway if the image is stored in a ConfigMap; the path changes with the image. Null if the image is not available.',
      resolve: urlOf,
    }),
    error: t.string({
      nullable: true,
      description:
        'Reason why the image is not available: CONFIGMAP_MISSING, CONFIGMAP_KEY_MISSING, CONFIGMAP_OTHER or CONFIGMAP_UNKNOWN. Null if there is no error.',
      resolve: errorOf,
    }),
  }),
});

function statusOf({ workspaceKind, which }: Image) {
  const { spawnerIcon, spawnerLogo } = workspaceKindStatusOf(workspaceKind);
  return which === 'icon' ? spawnerIcon : spawnerLogo;
}

function urlOf(image: Image): string | null {
  const { workspaceKind, which } = image;
  const { url, configMap } = workspaceKindSpecOf(workspaceKind).spawner?.[which] ?? {};
  if (url) return url;
  if (!configMap || errorOf(image) !== null) return null;
  return picturePath(workspaceKind.metadata.name, which, statusOf(image)?.sha256);
}

function errorOf(image: Image): string | null {
  const { url, configMap } = workspaceKindSpecOf(image.workspaceKind).spawner?.[image.which] ?? {};
  if (url || !configMap) return null; // the status may still be about an earlier ConfigMap
  const { errorType } = statusOf(image)?.configMap ?? {};
  if (errorType) return errors.get(errorType) ?? 'CONFIGMAP_UNKNOWN';
  // The oldest version of the CRD has no namespace; only its controller knows which one is meant.
  return configMap.name && configMap.namespace && configMap.key ? null : 'CONFIGMAP_UNKNOWN';
}

/** Content of an icon or logo. */
interface PictureFile {
  readonly contentType: string;
  readonly content: Buffer;
  /** SHA-256 of the content, in hexadecimal. */
  readonly sha256: string;
}

const IMAGE_SOURCE = 'notebooks.kubeflow.org/image-source';
const PATH = /^\/assets\/workspacekinds\/(?<kind>[^/]*)\/(?<which>icon|logo)$/u;
const ANY_IMAGE = /^image\/[\w.+-]+$/u;

const ConfigMap = defineResource<KubernetesObject>({
  kind: 'ConfigMap',
  group: '',
  version: 'v1',
  plural: 'configmaps',
  namespaced: true,
  cache: {
    watched: 'never',
  },
});

const pictures = object({ data: record(string), binaryData: record(string) });

/** Returns the path at which the gateway serves a picture. It has the digest of the picture, if known. */
function picturePath(workspaceKind: string, which: 'icon' | 'logo', sha256: string | undefined): string {
  return `/assets/workspacekinds/${encodeURIComponent(workspaceKind)}/${which}${sha256 ? `?sha256=${sha256}` : ''}`;
}

/** A changed picture is served after this time at the latest. */
const TTL_MS = 1_000;
const MAX_PICTURES = 1_000;
const MAX_BYTES = 16 * 2 ** 20;

/** Pictures in ConfigMaps. Reads each at most once a second for all viewers, and holds those of the last second, 16 MiB together. */
export class Pictures {
  readonly #client: Client;
  readonly #files = new TtlCache<PictureFile | undefined>({
    maxEntries: MAX_PICTURES,
    maxBytes: MAX_BYTES,
    sizeOf: (file) => file?.content.length ?? 0,
  });

  /** @param client has the identity of the gateway */
  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Returns the picture at a path for viewers who may see the WorkspaceKind. The ConfigMap is read with the identity of the
   * gateway, so only those with the label `image-source` are read. Undefined if there is no such picture.
   * @throws {StatusError} Invalid if the name is invalid; Forbidden if the viewer may not see the WorkspaceKind; other
   *   errors of the API server
   */
  async at({ client, signal }: Context, path: string): Promise<PictureFile | undefined> {
    const { kind: name, which } = PATH.exec(path)?.groups ?? {};
    if (name === undefined) return undefined;
    assertSegments({ name: decoded(name) });
    const workspaceKind = await client.reader.get(WorkspaceKind, { name: decoded(name) });
    const { icon, logo } = (workspaceKind && workspaceKindSpecOf(workspaceKind).spawner) ?? {};
    const configMap = (which === 'icon' ? icon : logo)?.configMap;
    if (!configMap) return undefined;
    const { namespace, name: source, key, mediaType } = configMap;
    const load = async (abandoned: AbortSignal) => ({
      value: await readPicture(this.#client, configMap, abandoned),
      ttlMs: TTL_MS,
    });
    return this.#files.get(JSON.stringify([namespace, source, key, mediaType]), load, { signal });
  }
}

async function readPicture(
  client: Client,
  { name, namespace, key, mediaType = 'image/svg+xml' }: NonNullable<Picture['configMap']>,
  signal: AbortSignal,
): Promise<PictureFile | undefined> {
  if (!name || !namespace || !key || segmentCauses({ name, namespace }).length > 0) return undefined;
  const source = await existing(client.get(ConfigMap, { namespace, name }, signal));
  if (source?.metadata.labels?.[IMAGE_SOURCE] !== 'true') return undefined;
  const { data = {}, binaryData = {} } = pictures.decode(source) ?? {};
  const contentType = ANY_IMAGE.test(mediaType) ? mediaType : 'application/octet-stream';
  const plain = Object.hasOwn(data, key) ? data[key] : undefined;
  const encoded = Object.hasOwn(binaryData, key) ? binaryData[key] : undefined;
  if (plain === undefined && encoded === undefined) return undefined;
  const content = plain === undefined ? Buffer.from(encoded ?? '', 'base64') : Buffer.from(plain);
  return { contentType, content, sha256: hash('sha256', content) };
}

/** Returns undefined also if the gateway may not read the object. */
async function existing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return undefined;
    throw error;
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // malformed escape; no name contains "%"
  }
}
