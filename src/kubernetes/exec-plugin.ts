import { spawn, type ChildProcess } from 'node:child_process';
import { object, string } from './decoder.ts';
import { excerptOf } from './excerpt.ts';
import { redactedSummary } from './redacted.ts';

/**
 * `ExecConfig` of a kubeconfig, see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins.
 */
export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
  readonly interactiveMode?: string;
}

/** Credential of a plugin: a token, or a client certificate and its key in PEM, or both. */
interface ExecCredential {
  readonly token: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** Remaining life when it arrived, by the wall clock. Infinity: until the credentials are refreshed. */
  readonly lifeMs: number;
}

export interface ExecPluginOptions {
  /** Environment variables of the gateway, which plugins get too. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  /** Ends the plugin. */
  readonly signal: AbortSignal;
}

const MAX_OUTPUT_BYTES = 2 ** 20;
const MAX_QUOTED_CHARACTERS = 500;
/** Time before a failed plugin is run again. */
const RETRY_MS = 1_000;
/**
 * Time for which a credential is used that has expired when it arrives, because a clock is wrong. The API server decides about it: after
 * 401 it is obtained again. Otherwise each request would obtain it.
 */
export const USE_OF_EXPIRED_MS = 30_000;
const MIN_LIFE_MS = 1_000;
/** A credential is renewed while it is still used when this part of its life is left, at most a minute. */
const RENEWAL_PART = 0.1;
const MAX_RENEWAL_MS = 60_000;

const execCredential = object({
  status: object({
    token: string,
    clientCertificateData: string,
    clientKeyData: string,
    expirationTimestamp: string,
  }),
});

/**
 * Runs the exec plugin of a kubeconfig as client-go does, once at a time for all requests, and keeps its credential until it
 * expires. A credential that is about to expire is renewed in the background.
 */
export class ExecPluginRunner {
  readonly #options: ExecPluginOptions;
  #plugin = '';
  /** The credential, and its times by the monotonic clock: the wall clock may be set. */
  #current: { readonly credential: ExecCredential; readonly expiresAt: number; readonly renewAt: number } | undefined;
  #running: Promise<ExecCredential> | undefined;
  #failure: { readonly error: unknown; readonly until: number } | undefined;

  constructor(options: ExecPluginOptions) {
    this.#options = options;
  }

  /**
   * Returns the credential. Runs the plugin if there is none, or it has expired.
   * @param cluster `spec.cluster` of the ExecCredential, for plugins with `provideClusterInfo`
   * @throws {Error} with the plugin's standard error if it fails, or has failed within the last second
   */
  async credential(plugin: ExecPlugin, cluster: object): Promise<ExecCredential> {
    const identity = JSON.stringify([plugin, plugin.provideClusterInfo === true && cluster]);
    if (identity !== this.#plugin) this.forget();
    this.#plugin = identity;
    const now = performance.now();
    const current = this.#current;
    if (current && current.expiresAt > now) {
      if (now >= current.renewAt) void this.#run(plugin, cluster).catch(ignoreUntilExpiry);
      return current.credential;
    }
    return this.#run(plugin, cluster);
  }

  /** Forgets the credential, as after 401 Unauthorized. */
  forget(): void {
    this.#current = undefined;
    this.#running = undefined;
    this.#failure = undefined;
  }

  async #run(plugin: ExecPlugin, cluster: object): Promise<ExecCredential> {
    if (this.#failure && performance.now() < this.#failure.until) throw this.#failure.error;
    const running = (this.#running ??= runPlugin(plugin, cluster, this.#options));
    try {
      const credential = await running;
      if (this.#running === running) this.#store(credential);
      return credential;
    } catch (error) {
      if (this.#running === running) this.#failure = { error, until: performance.now() + RETRY_MS };
      throw error;
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }

  #store(credential: ExecCredential): void {
    const lifeMs = credential.lifeMs < MIN_LIFE_MS ? USE_OF_EXPIRED_MS : credential.lifeMs;
    const expiresAt = performance.now() + lifeMs;
    this.#current = { credential, expiresAt, renewAt: expiresAt - Math.min(lifeMs * RENEWAL_PART, MAX_RENEWAL_MS) };
    this.#failure = undefined;
  }
}

function ignoreUntilExpiry(): void {
  // The current credential is still valid. After its expiry the error reaches the requests.
}

/** Runs the plugin once. The process and its children end with the signal, the timeout, and the gateway. */
async function runPlugin(
  plugin: ExecPlugin,
  cluster: object,
  { environment, timeoutMs, signal }: ExecPluginOptions,
): Promise<ExecCredential> {
  const { command = '', args, installHint } = plugin;
  assertUsable(plugin);
  signal.throwIfAborted();
  const child = spawn(command, args ?? [], {
    env: { ...environment, ...environmentOf(plugin, cluster) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // so that it leads a process group, which can be ended as a whole
  });
  const end = () => endGroup(child);
  const timeout = AbortSignal.timeout(timeoutMs);
  const ends = AbortSignal.any([signal, timeout]);
  ends.addEventListener('abort', end);
  process.once('exit', end);
  try {
    const { code, stdout, stderr } = await outputOf(child);
    const said = stderr.trim() === '' ? '' : `: ${shortened(stderr)}`;
    if (timeout.aborted) throw new Error(`The exec plugin ${command} did not end within ${timeoutMs / 1_000} s${said}`);
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`The exec plugin ${command} failed with exit code ${String(code)}${said}`);
    return credentialIn(stdout, command, said);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const hint = installHint ? ` ${shortened(installHint)}` : '';
    throw new Error(
      `Expected the exec plugin ${command} of the kubeconfig to be installed, found no such file.${hint}`,
      {
        cause: error,
      },
    );
  } finally {
    ends.removeEventListener('abort', end);
    process.off('exit', end);
  }
}

function assertUsable({ command, interactiveMode }: ExecPlugin): void {
  if (!command) throw new Error('Expected the exec plugin of the kubeconfig to have a command, got none.');
  if (interactiveMode !== 'Always') return;
  throw new Error(
    `Expected the interactiveMode of the exec plugin ${command} to be Never or IfAvailable, got Always: the gateway has no terminal.`,
  );
}

function environmentOf({ apiVersion, env, provideClusterInfo }: ExecPlugin, cluster: object): Record<string, string> {
  const spec = { ...(provideClusterInfo && { cluster }), interactive: false };
  return {
    ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify({ kind: 'ExecCredential', apiVersion, spec }),
  };
}

interface PluginOutput {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Resolves when the process has ended and its output is complete. Output beyond 1 MiB is dropped. */
function outputOf(child: ChildProcess): Promise<PluginOutput> {
  const { promise, resolve, reject } = Promise.withResolvers<PluginOutput>();
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
    const chunks: Buffer[] = [];
    let length = 0;
    stream?.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_OUTPUT_BYTES) chunks.push(chunk);
    });
    stream?.on('error', reject);
    return () => Buffer.concat(chunks).toString('utf8');
  });
  child.on('error', reject);
  child.once('close', (code) => resolve({ code, stdout: stdout?.() ?? '', stderr: stderr?.() ?? '' }));
  return promise;
}

function credentialIn(stdout: string, command: string, said: string): ExecCredential {
  let output: unknown;
  try {
    output = JSON.parse(stdout);
  } catch {
    output = stdout;
  }
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } =
    execCredential.decode(output)?.status ?? {};
  if (token || (clientCertificateData && clientKeyData)) {
    const lifeMs = Date.parse(expirationTimestamp ?? '') - Date.now();
    return {
      token,
      certificate: clientCertificateData,
      key: clientKeyData,
      lifeMs: Number.isNaN(lifeMs) ? Infinity : lifeMs,
    };
  }
  throw new Error(
    `Expected the exec plugin ${command} to print an ExecCredential whose status has a token or a certificate with its key, got ${redactedSummary(output)}${said}`,
  );
}

/** Ends the process and all that it has started. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** Returns text on one line, at most {@link MAX_QUOTED_CHARACTERS} characters. */
function shortened(text: string): string {
  return excerptOf(text.trim().replaceAll(/\s+/gu, ' '), MAX_QUOTED_CHARACTERS);
}
