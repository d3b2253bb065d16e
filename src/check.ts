import { pino } from 'pino';
import { gatewayAccessReview } from './auth/access-reviews.ts';
import { attributesFor } from './auth/resource-attributes.ts';
import type { Config, ReadConfig } from './config.ts';
import { connect } from './connect.ts';
import { resources } from './kinds/index.ts';
import type { Client } from './kubernetes/client.ts';
import { Discovery, type Serving } from './kubernetes/discovery.ts';
import { KubeconfigError } from './kubernetes/kubeconfig.ts';
import { podMetrics } from './kubernetes/pod-metrics.ts';
import { redactedReason } from './kubernetes/redacted.ts';
import { apiVersionOf } from './kubernetes/resource.ts';
import { StatusError } from './kubernetes/status-error.ts';
import { withoutUserInfo } from './kubernetes/url.ts';
import { features, identityModeOf, permissionText, RBAC_INDEX, type Feature } from './permissions.ts';
import type { EffectiveSetting } from './settings/settings.ts';

/** The result of a check. */
export interface CheckReport {
  readonly lines: readonly string[];
  /** Whether a gateway with this configuration could serve workspaces. */
  readonly passed: boolean;
}

/** Time limit of the check. Longer than that of a request, whose error names it. */
const TIMEOUT_MS = 60_000;
/** Kinds without which the gateway is of no use. */
const REQUIRED_KINDS: ReadonlySet<string> = new Set(['Workspace', 'WorkspaceKind', 'Namespace']);
const NOT_PASSED = 'The gateway cannot serve this cluster until what is required is served, granted and known.';
const SERVING: Readonly<Record<Serving, string>> = {
  watched: 'served',
  listed: 'served without watch: lists are repeated',
  absent: 'not served',
  unknown: 'unknown',
};

/**
 * Checks a configuration without serving: reports the settings and warnings about them, the kinds that the cluster serves, and the
 * permissions that the gateway's own identity lacks. Changes nothing in the cluster. Never rejects.
 * @param interrupted ends the check
 */
export async function check({ settings, config }: ReadConfig, interrupted: AbortSignal): Promise<CheckReport> {
  const warnings = settings.warnings();
  const lines = [
    'Settings',
    ...settings.effective().map(settingLine),
    ...(warnings.length === 0 ? [] : ['', 'Warnings', ...indented(warnings)]),
  ];
  const mistakes = settings.mistakes();
  if (!config) return { lines: [...lines, '', 'Mistakes', ...indented(mistakes)], passed: false };
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const cluster = await checkCluster(config, AbortSignal.any([timeout, interrupted]));
    return { ...cluster, lines: [...lines, '', ...cluster.lines] };
  } catch (error) {
    const late = timeout.aborted ? `The check did not end within ${TIMEOUT_MS / 1_000} s.` : undefined;
    const reason = interrupted.aborted ? 'The check was interrupted.' : (late ?? messageOf(error));
    return { lines: [...lines, '', 'Cluster', ...indented([reason])], passed: false };
  }
}

function messageOf(error: unknown): string {
  return error instanceof KubeconfigError || error instanceof StatusError ? error.message : redactedReason(error);
}

async function checkCluster(config: Config, signal: AbortSignal): Promise<CheckReport> {
  const { client, connection, kubernetesVersion, self } = await connect(config, pino({ level: 'silent' }), { signal });
  const version = `Kubernetes ${kubernetesVersion() ?? 'of an unknown version'}`;
  const kinds = await checkKinds(client, signal);
  const permissions = await checkPermissions(config, { client, signal, servings: kinds.servings });
  const passed = kinds.passed && permissions.passed;
  return {
    passed,
    lines: [
      'Cluster',
      `  ${connection.server}, ${version}, as ${self.name || 'an unknown user'}`,
      '',
      'Kinds',
      ...kinds.lines,
      '',
      `Permissions with the identity mode ${identityModeOf(config)}`,
      ...permissions.lines,
      '',
      passed ? 'The gateway can serve this cluster.' : NOT_PASSED,
    ],
  };
}

interface KindReport extends CheckReport {
  /** By `plural.group` of the resources of the kinds, and of the usage of pods, which is no kind of the gateway. */
  readonly servings: ReadonlyMap<string, Serving>;
}

async function checkKinds(client: Client, signal: AbortSignal): Promise<KindReport> {
  const failures = new Map<string, string>();
  const discovery = new Discovery(client, {
    intervalMs: TIMEOUT_MS,
    now: () => performance.now(),
    signal,
    onFailure: (apiVersion, error) => failures.set(apiVersion, messageOf(error)),
  });
  const found = await Promise.all(
    resources.map(async (resource) => {
      const serving = await discovery.discover(resource);
      const others = serving === 'absent' ? await discovery.otherVersions(resource) : [];
      return { resource, serving, others };
    }),
  );
  const usage = { resource: podMetrics, serving: await discovery.discover(podMetrics) };
  return {
    servings: new Map(
      [...found, usage].map(({ resource, serving }) => [`${resource.plural}.${resource.group}`, serving]),
    ),
    passed: found.every(
      ({ resource: { kind }, serving }) => !REQUIRED_KINDS.has(kind) || serving === 'watched' || serving === 'listed',
    ),
    lines: found.map((kind) => kindLine(kind, failures.get(apiVersionOf(kind.resource)))),
  };
}

interface FoundKind {
  readonly resource: (typeof resources)[number];
  readonly serving: Serving;
  /** Versions that the cluster serves instead. */
  readonly others: readonly string[];
}

/** @param failure the error of the discovery, if it failed */
function kindLine({ resource, serving, others }: FoundKind, failure: string | undefined): string {
  const { kind, version } = resource;
  const isMissing = serving === 'absent' || serving === 'unknown';
  const isRequired = isMissing && REQUIRED_KINDS.has(kind);
  const line = `  ${kind} (${apiVersionOf(resource)}): ${isRequired ? 'REQUIRED, ' : ''}${SERVING[serving]}`;
  if (serving === 'unknown') return failure === undefined ? line : `${line}: ${failure}`;
  if (others.length > 0)
    return `${line}: expected ${version}, got ${others.join(', ')}. Install the CustomResourceDefinition that serves ${version}.`;
  return isRequired ? `${line}. Install its CustomResourceDefinition.` : line;
}

interface PermissionOptions {
  readonly client: Client;
  readonly signal: AbortSignal;
  readonly servings: KindReport['servings'];
}

async function checkPermissions(config: Config, options: PermissionOptions): Promise<CheckReport> {
  const mode = identityModeOf(config);
  const used = features.filter(({ modes }) => modes.includes(mode));
  const checked = await Promise.all(
    used.map(async (feature) => ({ feature, missing: await missingOrFailure(feature, options) })),
  );
  return {
    passed: !checked.some(({ feature, missing }) => feature.required && missing !== undefined && missing.length > 0),
    lines: checked.map(({ feature, missing }) => featureLine(feature, missing, config)),
  };
}

/** Returns the result of {@link missingFor}, or the message of the error with which a review failed. */
async function missingOrFailure(
  feature: Feature,
  options: PermissionOptions,
): Promise<readonly string[] | string | undefined> {
  try {
    return await missingFor(feature, options);
  } catch (error) {
    options.signal.throwIfAborted();
    return messageOf(error);
  }
}

/** @param missing permissions as text; undefined if the cluster serves none of the feature's kinds; the error of a failed review */
function featureLine(
  { name, required, without }: Feature,
  missing: readonly string[] | string | undefined,
  config: Config,
): string {
  if (missing === undefined) return `  not served  ${name}`;
  if (typeof missing === 'string') return `  unknown     ${name}: ${missing}`;
  if (missing.length === 0) return `  ok          ${name}`;
  if (name === RBAC_INDEX && config.authorizer === 'reviews') return `  not used    ${name}: AUTHORIZER=reviews`;
  return `  ${required ? 'REQUIRED  ' : 'missing   '}  ${name}: ${missing.join('; ')}. ${without}`;
}

/**
 * Returns the missing permissions of a feature as text. Those on kinds that are not served are not asked for; undefined if no
 * kind is served.
 */
async function missingFor(
  { permissions }: Feature,
  { client, signal, servings }: PermissionOptions,
): Promise<readonly string[] | undefined> {
  const all = permissions.flatMap(({ group, resources: names, verbs }) =>
    names.map((name) => ({ group, name, verbs, serving: servings.get(`${pluralOf(name)}.${group}`) })),
  );
  const asked = all.filter(({ serving }) => serving !== 'absent');
  // Resources that are no kinds of the gateway, such as the commands of Volcano, are of no use without the kind.
  if (asked.length < all.length && asked.every(({ serving }) => serving === undefined)) return undefined;
  const review = gatewayAccessReview(client);
  const missing = asked.map(async ({ group, name, verbs }) => {
    const plural = pluralOf(name);
    const subresource = name.slice(plural.length + 1) || undefined;
    const attributes = verbs.map((verb) => attributesFor(verb, { group, plural, namespaced: true }, { subresource }));
    const reviews = await Promise.all(attributes.map((each) => review(each, signal)));
    const denied = verbs.filter((_, index) => !reviews[index]?.allowed);
    return denied.length === 0 ? [] : [permissionText({ group, resources: [name], verbs: denied })];
  });
  return (await Promise.all(missing)).flat();
}

/** Returns the resource of `resource/subresource`. */
function pluralOf(name: string): string {
  return name.replace(/\/.*$/u, '');
}

function settingLine({ name, value, source }: EffectiveSetting): string {
  const isUnset = value === '' && source === 'default';
  return `  ${name}=${withoutSecrets(name, value)}${isUnset ? '(not set)' : ` (${source})`}`;
}

/** Hides the credentials of URLs, and settings whose name says that they are secret. */
function withoutSecrets(name: string, value: string): string {
  if (value !== '' && /(?:HEADERS|TOKEN|PASSWORD|SECRET)$/u.test(name) && name !== 'ALLOWED_HEADERS') return '***';
  return /(?:PROXY|URL|ENDPOINT|ORIGINS)$/u.test(name) ? withoutUserInfo(value) : value;
}

function indented(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => text.split('\n')).map((line) => `  ${line}`);
}
