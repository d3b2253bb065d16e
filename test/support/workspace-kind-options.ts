import type { Manifest } from '../../dev/simulator/api-object.ts';
import { workspaceKind } from './manifests.ts';

type Labels = Readonly<Record<string, string>>;
type Parts = Readonly<Record<string, unknown>>;

interface Offer {
  readonly imageConfigs?: readonly Parts[];
  readonly podConfigs?: readonly Parts[];
  readonly ports?: readonly Parts[];
  readonly filterRules?: readonly Parts[];
  readonly labels?: Labels;
  readonly spawner?: Parts;
}

const onePort = [{ id: 'lab', protocol: 'HTTP', defaultDisplayName: 'JupyterLab' }];

/** Returns a WorkspaceKind with these options and rules. */
export function workspaceKindWith(name: string, offer: Offer = {}): Manifest {
  const { imageConfigs = [option('scipy')], podConfigs = [option('tiny')], ports = onePort } = offer;
  const options = {
    imageConfig: { spawner: { default: 'scipy' }, values: imageConfigs },
    podConfig: { spawner: { default: 'tiny' }, values: podConfigs },
  };
  const podTemplate = { volumeMounts: { home: '/home/jovyan' }, ports, options };
  const kind = workspaceKind(name, { podTemplate, filterRules: offer.filterRules ?? [] }, offer.spawner);
  return { ...kind, metadata: { name, labels: offer.labels ?? {} } };
}

/** Returns an option with these labels. */
export function option(id: string, labels: Labels = {}, parts: Parts = {}): Parts {
  const pairs = Object.entries(labels).map(([key, value]) => ({ key, value }));
  const spec = { image: `example.com/${id}`, ports: [{ id: 'lab', port: 8888 }] };
  return { id, spawner: { displayName: id, labels: pairs }, spec, ...parts };
}

/** Returns an option that redirects to another. */
export function redirected(id: string, to: string, text?: string): Parts {
  return option(id, {}, { redirect: { to, ...(text && { message: { level: 'Danger', text } }) } });
}

type Selector = 'matchNamespace' | 'matchImageConfig' | 'matchPodConfig';

/** Returns a filter rule with one condition. */
export function rule(scope: string, effect: Parts, match: Selector, selector: Parts): Parts {
  return { scope, effect, match: [{ [match]: { selector } }] };
}

/** Returns a selector with one expression. */
export function expression(key: string, operator: string, ...values: readonly string[]): Parts {
  return { matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }] };
}
