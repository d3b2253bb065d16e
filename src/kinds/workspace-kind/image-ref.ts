import { builder } from '../../graphql/builder.ts';
import type { Picture, PictureStatus } from './resource.ts';

interface Image {
  readonly asset: Picture | undefined;
  readonly status: PictureStatus | undefined;
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
      description: 'Its address. Null for a picture that is kept in a ConfigMap of the cluster.',
      resolve: ({ asset }) => asset?.url ?? null,
    }),
    error: t.string({
      nullable: true,
      description:
        'Why it cannot be had: CONFIGMAP_MISSING, CONFIGMAP_KEY_MISSING, CONFIGMAP_OTHER or CONFIGMAP_UNKNOWN. Null where nothing is wrong.',
      resolve: ({ status }) => {
        const { errorType } = status?.configMap ?? {};
        return errorType ? (errors.get(errorType) ?? 'CONFIGMAP_UNKNOWN') : null;
      },
    }),
  }),
});
