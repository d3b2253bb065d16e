import type { ObjectMeta } from '../../src/kubernetes/object.ts';
import type { WidgetObject } from './widget.ts';

/** Returns a widget as a store holds it, by default with version 1 and a uid derived from its name. */
export function widgetObject(name: string, metadata: Partial<ObjectMeta> = {}, color = 'red'): WidgetObject {
  return {
    apiVersion: 'example.org/v1',
    kind: 'Widget',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      resourceVersion: '1',
      creationTimestamp: '2030-01-01T00:00:00Z',
      ...metadata,
    },
    spec: { color },
  };
}
