import { podMetadata } from './pod-metadata.ts';
import { coreObject, immutable, listMap, object, string, type Schema } from './schema.ts';
import { mountPath } from './text.ts';

/** The fields of a kind's pod template that every age has. */
export function commonPodFields() {
  return {
    podMetadata: podMetadata(),
    probes: object({ startupProbe: coreObject(), livenessProbe: coreObject(), readinessProbe: coreObject() }),
    volumeMounts: object({ home: immutable(mountPath(), `mount path of 'home' is immutable`) }, ['home']),
    extraEnv: listMap('name', object({ name: string(), value: string(), valueFrom: coreObject() }, ['name'])),
    extraVolumeMounts: listMap('mountPath', volumeMount()),
    extraVolumes: listMap('name', coreObject({ name: string() }, ['name'])),
    securityContext: coreObject(),
    containerSecurityContext: coreObject(),
  };
}

function volumeMount(): Schema {
  return coreObject({ name: string(), mountPath: string() }, ['name', 'mountPath']);
}
