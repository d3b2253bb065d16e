import { builder } from '../../graphql/builder.ts';
import { picturePath } from './pictures.ts';
import { kindSpecOf, kindStatusOf, type WorkspaceKindObject } from './resource.ts';

/** One of the two pictures of a kind. */
interface Image {
  readonly kind: WorkspaceKindObject;
  readonly which: 'icon' | 'logo';
}

const errors: ReadonlyMap<string, string> = new Map([
  ['NotFound', 'CONFIGMAP_MISSING'],
  ['KeyNotFound', 'CONFIGMAP_KEY_MISSING'],
  ['Other', 'CONFIGMAP_OTHER'],
]);

export const ImageRef = builder.objectRef<Image>('ImageRef').implement({
  description: 'Where a picture is.',
  fields: (t) => ({
    url: t.string({
      nullable: true,
      description:
        'Its address. One that begins with a slash is of this gateway, which serves pictures that are kept in the cluster; it changes with the picture. Null where it cannot be had.',
      resolve: urlOf,
    }),
    error: t.string({
      nullable: true,
      description:
        'Why it cannot be had: CONFIGMAP_MISSING, CONFIGMAP_KEY_MISSING, CONFIGMAP_OTHER or CONFIGMAP_UNKNOWN. Null where nothing is wrong.',
      resolve: errorOf,
    }),
  }),
});

function statusOf({ kind, which }: Image) {
  const { spawnerIcon, spawnerLogo } = kindStatusOf(kind);
  return which === 'icon' ? spawnerIcon : spawnerLogo;
}

function urlOf(image: Image): string | null {
  const { kind, which } = image;
  const { url, configMap } = kindSpecOf(kind).spawner?.[which] ?? {};
  if (url) return url;
  if (!configMap || errorOf(image) !== null) return null;
  return picturePath(kind.metadata.name, which, statusOf(image)?.sha256);
}

function errorOf(image: Image): string | null {
  const { errorType } = statusOf(image)?.configMap ?? {};
  if (errorType) return errors.get(errorType) ?? 'CONFIGMAP_UNKNOWN';
  const { configMap } = kindSpecOf(image.kind).spawner?.[image.which] ?? {};
  // The oldest definition names no namespace, and only its controller knows which it means.
  return configMap && !(configMap.name && configMap.namespace && configMap.key) ? 'CONFIGMAP_UNKNOWN' : null;
}
