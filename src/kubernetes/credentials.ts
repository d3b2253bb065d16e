import type https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import {
  clusterInfoOf,
  readCredentialFiles,
  readToken,
  withEntries,
  type CredentialFiles,
} from './credential-files.ts';
import { ExecPluginRunner, USE_OF_EXPIRED_MS, type ExecPluginOptions } from './exec-plugin.ts';
import type { ImpersonatedUser } from './impersonation.ts';
import { expiryOfToken } from './json-web-token.ts';
import { execPluginIn, impersonationOf, tokenFileIn, type ConnectionSource } from './kubeconfig.ts';
import { OidcConfig } from './oidc-provider.ts';
import type { ProxySettings } from './proxy-settings.ts';
import { StatusError } from './status-error.ts';

/** Age at which the files are read again before a request, and interval of reading while streams are open. */
const RELOAD_INTERVAL_MS = 2_000;
/** Maximum time by which a timer fires early. */
const TIMER_SLACK_MS = 100;

/** Server, credentials and TLS options of one request. */
export interface RequestCredentials {
  readonly server: URL;
  /** TLS options, headers and agent. */
  readonly options: https.RequestOptions;
  /** User that the kubeconfig impersonates. */
  readonly impersonated: ImpersonatedUser | undefined;
  /** Files that they were read from. */
  readonly files: CredentialFiles;
}

interface CredentialsOptions {
  readonly proxies: ProxySettings;
  readonly execPlugins: ExecPluginOptions;
}

/** Part of a user entry that is read anew. */
interface CurrentSecret {
  readonly token?: string;
  readonly certData?: string;
  readonly keyData?: string;
}

/** Response that ends when the credentials change. */
interface OpenStream {
  destroy(reason: StatusError): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Server and credentials of a kubeconfig, kept equal to its files: the kubeconfig, CA, client certificate and key are read
 * again every two seconds, the token for each request. Files that are missing or inconsistent, as in the middle of a
 * rotation, leave the last good state in use. Holds one state, and a timer only while streams are open.
 */
export class ApiCredentials {
  readonly #source: ConnectionSource;
  readonly #options: CredentialsOptions;
  readonly #execPlugin: ExecPluginRunner;
  readonly #oidc = new OidcConfig();
  #files: CredentialFiles;
  #readAt = performance.now();
  #isStale = false;
  #reading: Promise<void> | undefined;
  /** The config with the current secret in it. Kept until one of them changes, as it has the agent of a proxy. */
  #resolved: { readonly files: CredentialFiles; readonly secret: string; readonly config: KubeConfig } | undefined;
  /** Options of the requests with the last config, and the time of the monotonic clock until which they may be used. */
  #requestOptions:
    | { readonly config: KubeConfig; readonly options: Promise<https.RequestOptions>; readonly expiresAt: number }
    | undefined;
  #last: RequestCredentials | undefined;
  readonly #refreshes = new RefreshLimit();
  readonly #streams = new Map<OpenStream, CredentialFiles>();
  #timer: NodeJS.Timeout | undefined;

  /** @throws {Error} if the kubeconfig or a file that it names cannot be read, or has no current cluster */
  static async load(source: ConnectionSource, options: CredentialsOptions): Promise<ApiCredentials> {
    return new ApiCredentials(source, options, await readCredentialFiles(source, options.proxies));
  }

  private constructor(source: ConnectionSource, options: CredentialsOptions, files: CredentialFiles) {
    this.#source = source;
    this.#options = options;
    this.#execPlugin = new ExecPluginRunner(options.execPlugins);
    this.#files = files;
  }

  /** State of the files that the next request uses, unless they change before. */
  get files(): CredentialFiles {
    return this.#files;
  }

  /**
   * Reads everything again before the next request, and runs the exec plugin or renews the OIDC token, because the API server does not
   * accept the credentials. Does nothing if that has been done shortly before: each refused request calls it.
   */
  refresh(): void {
    if (!this.#refreshes.begin()) return;
    this.#isStale = true;
    this.#execPlugin.forget();
    this.#oidc.refuse();
  }

  /** Notes that the API server has accepted the credentials. */
  accepted(): void {
    this.#refreshes.reset();
  }

  /** Returns other credentials than those that the API server has refused; undefined if there are none, or they cannot be obtained. */
  async afterRefusal(refused: RequestCredentials): Promise<RequestCredentials | undefined> {
    if (this.#last === refused) this.refresh();
    const current = await this.current().catch(() => undefined); // the next request has the error
    return current && isSameIdentity(current, refused) ? undefined : current;
  }

  /**
   * Returns the current credentials. May run an exec plugin or refresh a token.
   * @throws {Error} if they cannot be obtained
   */
  async current(): Promise<RequestCredentials> {
    await this.#reload();
    const files = this.#files;
    const config = await this.#resolve(files);
    const options = await this.#optionsOf(config);
    if (this.#last?.options !== options || this.#last.files !== files)
      this.#last = { server: files.url, options, impersonated: impersonationOf(config), files };
    return this.#last;
  }

  /**
   * Returns the options of requests with a config: the same for all, until the token of an auth provider expires. Requests that come
   * while it is renewed share the renewal.
   */
  async #optionsOf(config: KubeConfig): Promise<https.RequestOptions> {
    const known = this.#requestOptions;
    if (known?.config === config && performance.now() < known.expiresAt) return known.options;
    const current = { config, options: optionsFor(config), expiresAt: Infinity };
    this.#requestOptions = current;
    try {
      const options = await current.options;
      current.expiresAt = config.getCurrentUser()?.authProvider ? performance.now() + tokenLifeMs(options) : Infinity;
      return options;
    } catch (error) {
      current.expiresAt = 0;
      throw error;
    }
  }

  /**
   * Destroys a stream as soon as other files than those of its request are in use, so that it is opened again with them:
   * with `ServerChanged` if they name another server, else with `CredentialsChanged`.
   */
  endOnChange(stream: OpenStream, { files }: Pick<RequestCredentials, 'files'>): void {
    this.#streams.set(stream, files);
    stream.once('close', () => {
      this.#streams.delete(stream);
      if (this.#streams.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
    this.#timer ??= setInterval(() => void this.#reload().catch(ignoreUntilNextRequest), RELOAD_INTERVAL_MS).unref();
    this.#endStreams();
  }

  /** @throws {Error} if a {@link refresh} was requested and the files are invalid */
  async #reload(): Promise<void> {
    if (!this.#isStale && performance.now() - this.#readAt < RELOAD_INTERVAL_MS - TIMER_SLACK_MS) return;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  async #read(): Promise<void> {
    const isRequired = this.#isStale;
    this.#isStale = false;
    try {
      const files = await readCredentialFiles(this.#source, this.#options.proxies, this.#files);
      if (files.fingerprint === this.#files.fingerprint && !isRequired) return;
      this.#files = files;
      this.#endStreams();
    } catch (error) {
      this.#isStale ||= isRequired;
      if (isRequired) throw error;
    } finally {
      this.#readAt = performance.now();
    }
  }

  #endStreams(): void {
    for (const [stream, { fingerprint, server }] of this.#streams) {
      if (server !== this.#files.server) stream.destroy(serverChanged(this.#files.server));
      else if (fingerprint !== this.#files.fingerprint) stream.destroy(credentialsChanged());
    }
  }

  /** Returns the config with the token or certificate of its token file or exec plugin. */
  async #resolve(files: CredentialFiles): Promise<KubeConfig> {
    const secret = await this.#currentSecret(files);
    if (!secret) return this.#oidc.current(files);
    const identity = JSON.stringify(secret);
    if (this.#resolved?.files === files && this.#resolved.secret === identity) return this.#resolved.config;
    const current = files.config.getCurrentUser();
    const users = files.config.users.map((user) => {
      if (user !== current) return user;
      const { exec: _, ...kept } = user;
      return { ...kept, ...secret };
    });
    const config = withEntries(files.config, { users });
    this.#resolved = { files, secret: identity, config };
    return config;
  }

  async #currentSecret({ config, token }: CredentialFiles): Promise<CurrentSecret | undefined> {
    const tokenFile = tokenFileIn(config);
    if (tokenFile !== undefined) return { token: await readToken(tokenFile, token) };
    const plugin = execPluginIn(config);
    if (!plugin) return undefined;
    const credential = await this.#execPlugin.credential(plugin, clusterInfoOf(config));
    return {
      ...(credential.token && { token: credential.token }),
      ...(credential.certificate && { certData: base64(credential.certificate) }),
      ...(credential.key && { keyData: base64(credential.key) }),
    };
  }
}

async function optionsFor(config: KubeConfig): Promise<https.RequestOptions> {
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

/**
 * Returns how long the token in the options may be used. 0 if they have none, or it is opaque: each request then uses the auth provider.
 */
function tokenLifeMs({ headers }: https.RequestOptions): number {
  const expiresAt = expiryOfToken(authorizationIn(headers));
  if (expiresAt === undefined) return 0;
  const lifeMs = expiresAt - Date.now();
  return lifeMs > 0 ? lifeMs : USE_OF_EXPIRED_MS;
}

function authorizationIn(headers: https.RequestOptions['headers']): string {
  return headers && 'Authorization' in headers ? String(headers['Authorization']) : '';
}

function isSameIdentity({ options: one }: RequestCredentials, { options: other }: RequestCredentials): boolean {
  const parts = [one, other].map(({ headers, cert }) => [authorizationIn(headers), String(cert)].join('\n'));
  return parts[0] === parts[1];
}

/** Time after a refresh until the next one, doubled with each whose credentials are refused, too. */
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 30_000;

/** Decides when credentials that the API server refuses are obtained again: at once, and then after 1 s, doubling to 30 s. */
class RefreshLimit {
  #refused = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** Returns whether the credentials may be obtained again now, and counts that. */
  begin(): boolean {
    const now = performance.now();
    if (now - this.#lastAt < Math.min(FIRST_WAIT_MS * 2 ** Math.max(this.#refused - 1, 0), MAX_WAIT_MS)) return false;
    this.#refused += 1;
    this.#lastAt = now;
    return true;
  }

  reset(): void {
    this.#refused = 0;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function ignoreUntilNextRequest(): void {
  // The next request reads the files again, and fails with the same error.
}

function credentialsChanged(): StatusError {
  const message = 'The credentials of the gateway changed; the stream is opened again with the new ones.';
  return new StatusError({ code: 503, reason: 'CredentialsChanged', message });
}

/** Returns the error of a watch whose API server the kubeconfig does not name any more. */
export function serverChanged(server: string): StatusError {
  const message = `The kubeconfig names another API server, ${server}; the watch is opened again there.`;
  return new StatusError({ code: 503, reason: 'ServerChanged', message });
}
