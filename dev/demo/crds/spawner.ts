import { boolean, exactlyOne, object, string, withDefault, withRules, type Schema } from './schema.ts';

const EXACTLY_ONE = exactlyOne(['url', 'configMap'], `must specify exactly one of 'url' or 'configMap'`);

/** How a kind presents itself; its pictures come from a URL or from a config map, named as `configMap` says. */
export function spawner(configMap: Schema): Schema {
  const picture = withRules(object({ url: string(), configMap }), EXACTLY_ONE);
  const fields = {
    displayName: string({ min: 2, max: 128 }),
    description: string({ min: 2, max: 4096 }),
    hidden: withDefault(false, boolean()),
    deprecated: withDefault(false, boolean()),
    deprecationMessage: string({ min: 2, max: 256 }),
    icon: picture,
    logo: picture,
  };
  return object(fields, ['displayName', 'description', 'icon', 'logo']);
}
