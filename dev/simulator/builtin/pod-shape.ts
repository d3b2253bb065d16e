import { isJsonObject, listAt, objectAt, textAt, type JsonObject } from '../json.ts';
import type { Cause } from '../status.ts';

const POD_DEFAULTS = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
};
const CONTAINER_DEFAULTS = { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' };

/** Fills in what a server fills in, as far as clients may look at it. */
export function completePod(pod: JsonObject): JsonObject {
  const spec = objectAt(pod, 'spec');
  const containers = listAt(spec, 'containers').filter(isJsonObject).map(completeContainer);
  const status = { phase: 'Pending', qosClass: qosClass(containers), ...objectAt(pod, 'status') };
  return { ...pod, spec: { ...POD_DEFAULTS, ...spec, containers }, status };
}

function completeContainer(container: JsonObject): JsonObject {
  const image = textAt(container, 'image') ?? '';
  const imagePullPolicy = /:(?!latest$)[^/:]+$|@/u.test(image) ? 'IfNotPresent' : 'Always';
  return { ...CONTAINER_DEFAULTS, imagePullPolicy, resources: {}, ...container };
}

/** By whether the containers say what they need of processor and memory, and whether that is all they may have. */
function qosClass(containers: readonly JsonObject[]): string {
  const asked = containers.map((container) => {
    const resources = objectAt(container, 'resources');
    return [objectAt(resources, 'requests'), objectAt(resources, 'limits')] as const;
  });
  if (asked.every(([requests, limits]) => !has(requests) && !has(limits))) return 'BestEffort';
  const isGuaranteed = asked.every(([requests, limits]) =>
    ['cpu', 'memory'].every((name) => name in limits && (requests[name] ?? limits[name]) === limits[name]),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

function has(amounts: JsonObject): boolean {
  return 'cpu' in amounts || 'memory' in amounts;
}

/** An event stands in the namespace of what it is about; events about the cluster stand in `default`. */
export function checkEvent(event: JsonObject): readonly Cause[] {
  const namespace = textAt(event['metadata'], 'namespace') ?? '';
  const involved = textAt(event['involvedObject'], 'namespace') ?? '';
  if (involved === namespace || (involved === '' && ['default', 'kube-system'].includes(namespace))) return [];
  const message = `Invalid value: ${JSON.stringify(involved)}: does not match event.namespace`;
  return [{ reason: 'FieldValueInvalid', field: 'involvedObject.namespace', message }];
}
