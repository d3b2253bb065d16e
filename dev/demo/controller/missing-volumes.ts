import { type JsonObject, objectAt, stringAt } from '../../simulator/json.ts';
import { Claims, ConfigMaps, Secrets } from '../kubernetes-resources.ts';
import type { ControllerContext } from './controller-context.ts';

/** Reason that a pod does not start: it is not scheduled without its claim, and does not mount a missing Secret or ConfigMap. */
export interface MissingVolume {
  readonly outcome: 'Unschedulable' | 'FailedMount';
  readonly message: string;
}

/** Returns the first volume whose claim, Secret or ConfigMap does not exist. */
export function missingVolume(
  { cache }: Pick<ControllerContext, 'cache'>,
  namespace: string,
  volumes: readonly object[],
): MissingVolume | undefined {
  const problems = volumes.flatMap((volume) => {
    const name = stringAt(volume, 'name') ?? '';
    const claimName = stringAt(objectAt(volume, 'persistentVolumeClaim'), 'claimName');
    if (claimName !== undefined)
      return unusableClaim(claimName, cache.store(Claims).get({ namespace, name: claimName }));
    const [secret, configMap] = [objectAt(volume, 'secret'), objectAt(volume, 'configMap')];
    const secretName = requiredName(secret, 'secretName');
    if (secretName !== undefined && !cache.store(Secrets).get({ namespace, name: secretName }))
      return failedMount(name, `secret "${secretName}" not found`);
    const configMapName = requiredName(configMap, 'name');
    if (configMapName !== undefined && !cache.store(ConfigMaps).get({ namespace, name: configMapName }))
      return failedMount(name, `configmap "${configMapName}" not found`);
    return [];
  });
  return problems.find(({ outcome }) => outcome === 'Unschedulable') ?? problems[0];
}

function unusableClaim(
  name: string,
  claim: { readonly metadata: { readonly deletionTimestamp?: string } } | undefined,
): MissingVolume[] {
  if (claim && claim.metadata.deletionTimestamp === undefined) return [];
  const why = claim ? 'is being deleted' : 'not found';
  const preemption = 'preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.';
  const message = `0/4 nodes are available: persistentvolumeclaim "${name}" ${why}. ${preemption}`;
  return [{ outcome: 'Unschedulable', message }];
}

function failedMount(volume: string, why: string): MissingVolume[] {
  return [{ outcome: 'FailedMount', message: `MountVolume.SetUp failed for volume "${volume}" : ${why}` }];
}

function requiredName(source: JsonObject, field: string): string | undefined {
  return source['optional'] === true ? undefined : stringAt(source, field);
}
