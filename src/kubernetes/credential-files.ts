import { createPrivateKey, hash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { KubeConfig, type Cluster, type User } from '@kubernetes/client-node';
import { KubeconfigError, loadKubeConfig, serverOf, tokenFileIn, type ConnectionSource } from './kubeconfig.ts';
import { proxyFor, type ProxySettings } from './proxy-settings.ts';
import { parseUrl } from './url.ts';

/** Kubeconfig and the files that it names, read at one time. */
export interface CredentialFiles {
  /** Its certificates and keys are inline, so that no request gets a certificate without its key. */
  readonly config: KubeConfig;
  /** URL of the API server. May have a user and password, which are sent unless the user has other credentials, as in client-go. */
  readonly url: URL;
  /** The URL without user and password, for messages. Others name another server. */
  readonly server: string;
  /** Content of the token file. */
  readonly token: string | undefined;
  /** Hash of all contents. */
  readonly fingerprint: string;
}

/**
 * Reads a kubeconfig and the files of its current cluster and user. A cluster without `proxy-url` gets the proxy of the
 * settings.
 * @param last earlier state, to take a token from that cannot be read at the moment
 * @throws {KubeconfigError} if one of them cannot be read or is not valid, or the client certificate and key are not a pair
 */
export async function readCredentialFiles(
  source: ConnectionSource,
  proxies: ProxySettings,
  last?: CredentialFiles,
): Promise<CredentialFiles> {
  const loaded = await loadKubeConfig(source);
  const [cluster, user] = [loaded.getCurrentCluster(), loaded.getCurrentUser()];
  const address = serverOf(loaded);
  const complete = async (each: Cluster) => withProxy({ ...(await inlineCluster(each)), server: address }, proxies);
  const config = withEntries(loaded, {
    clusters: await Promise.all(loaded.clusters.map(async (each) => (each === cluster ? complete(each) : each))),
    users: await Promise.all(loaded.users.map(async (each) => (each === user ? inlineUser(each) : each))),
  });
  const tokenFile = tokenFileIn(config);
  const token = tokenFile === undefined ? undefined : await readToken(tokenFile, last?.token);
  const content = JSON.stringify([config.clusters, config.contexts, config.users, config.currentContext, token]);
  const fingerprint = hash('sha256', content, 'base64');
  const url = new URL(address);
  return { config, url, server: withoutCredentials(url, address), token, fingerprint };
}

function withoutCredentials({ username, password }: URL, address: string): string {
  return username || password ? address.replace(/\/\/[^/?#]*@/u, '//') : address;
}

/** Returns a config with other clusters or users. */
export function withEntries(
  { clusters, users, contexts, currentContext }: KubeConfig,
  entries: { readonly clusters?: Cluster[]; readonly users?: User[] },
): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({ clusters, users, contexts, currentContext, ...entries });
  return config;
}

/**
 * Returns the content of a token file.
 * @param last content to return if the file is empty or cannot be read, as in the middle of a rotation
 * @throws {Error} if it cannot be read, and there is no earlier content
 */
export async function readToken(file: string, last: string | undefined): Promise<string> {
  try {
    const token = (await readFile(file, 'utf8')).trim();
    if (token !== '') return token;
    if (last === undefined) throw new Error('it is empty');
  } catch (error) {
    if (last === undefined) throw unreadable('tokenFile', file, error);
  }
  return last;
}

/** Returns `spec.cluster` of an ExecCredential: the cluster that an exec plugin gets credentials for. */
export function clusterInfoOf(config: KubeConfig): object {
  const cluster = config.getCurrentCluster();
  return {
    server: cluster?.server,
    'tls-server-name': cluster?.tlsServerName,
    'insecure-skip-tls-verify': cluster?.skipTLSVerify || undefined,
    'certificate-authority-data': cluster?.caData,
    'proxy-url': cluster?.proxyUrl,
  };
}

const PROXY_SCHEMES = new Set(['http:', 'https:', 'socks5:', 'socks5h:']);

/** client-node refuses plain HTTP without `skipTLSVerify`; there is no TLS to skip. */
function withProxy(cluster: Cluster, proxies: ProxySettings): Cluster {
  const isPlain = cluster.server.startsWith('http:');
  const proxyUrl = cluster.proxyUrl || proxyFor(new URL(cluster.server), proxies);
  const complete = { ...cluster, ...(isPlain && { skipTLSVerify: true }) };
  if (proxyUrl === undefined) return complete;
  if (PROXY_SCHEMES.has(parseUrl(proxyUrl)?.protocol ?? '')) return { ...complete, proxyUrl };
  // The URL may have a password.
  const setting = cluster.proxyUrl
    ? `proxy-url of the cluster ${JSON.stringify(cluster.name)}`
    : `proxy for ${new URL(cluster.server).origin} (${isPlain ? 'HTTP_PROXY' : 'HTTPS_PROXY'})`;
  throw new KubeconfigError(
    `Expected the ${setting} to be a URL with the scheme http, https or socks5, got another text.`,
  );
}

/** As in client-go, inline data takes precedence over a file. */
async function inlineCluster({ caFile, caData, ...cluster }: Cluster): Promise<Cluster> {
  if ((caData || caFile) && cluster.skipTLSVerify) {
    throw new KubeconfigError(
      `Expected the cluster ${JSON.stringify(cluster.name)} of the kubeconfig to have either certificate-authority or insecure-skip-tls-verify, got both.`,
    );
  }
  const data = caData
    ? validBase64('certificate-authority-data', caData)
    : await contentOf('certificate-authority', caFile);
  if (data) assertCertificate('certificate-authority', data);
  return { ...cluster, ...(data && { caData: data }) };
}

async function inlineUser({ certFile, certData, keyFile, keyData, ...user }: User): Promise<User> {
  const certificate = certData
    ? validBase64('client-certificate-data', certData)
    : await contentOf('client-certificate', certFile);
  const key = keyData ? validBase64('client-key-data', keyData) : await contentOf('client-key', keyFile);
  if (Boolean(certificate) !== Boolean(key)) {
    const [given, missing] = certificate ? ['client-certificate', 'client-key'] : ['client-key', 'client-certificate'];
    throw new KubeconfigError(`Expected the kubeconfig to have ${missing} next to ${given}, got ${given} only.`);
  }
  if (certificate && key) assertKeyBelongsTo(certificate, key);
  return { ...user, ...(certificate && { certData: certificate }), ...(key && { keyData: key }) };
}

function validBase64(field: string, data: string): string {
  const text = data.replaceAll(/[\r\n]/gu, '');
  if (/^[A-Za-z\d+/]*={0,2}$/u.test(text) && text.length % 4 === 0) return text;
  throw new KubeconfigError(`Expected ${field} of the kubeconfig to be base64, got other text.`);
}

/** The last certificate authority, and the last pair of certificate and key, that were valid: they are read again every few seconds. */
const lastValid = { authority: '', pair: '' };

function assertCertificate(field: string, data: string): void {
  if (data === lastValid.authority) return;
  try {
    void new X509Certificate(Buffer.from(data, 'base64'));
  } catch {
    // oxlint-disable-next-line preserve-caught-error -- OpenSSL's errors name its internals
    throw new KubeconfigError(`Expected ${field} of the kubeconfig to be a certificate in PEM, got other data.`);
  }
  lastValid.authority = data;
}

async function contentOf(field: string, file: string | undefined): Promise<string | undefined> {
  if (!file) return undefined;
  try {
    return (await readFile(file)).toString('base64');
  } catch (error) {
    throw unreadable(field, file, error);
  }
}

/** A certificate and its key are written one after the other: until both are, the last pair has to stay in use. */
function assertKeyBelongsTo(certificate: string, key: string): void {
  const pair = hash('sha256', `${certificate} ${key}`, 'base64');
  if (pair === lastValid.pair) return;
  let isPair: boolean;
  try {
    const privateKey = createPrivateKey(Buffer.from(key, 'base64'));
    isPair = new X509Certificate(Buffer.from(certificate, 'base64')).checkPrivateKey(privateKey);
  } catch {
    // oxlint-disable-next-line preserve-caught-error -- OpenSSL's errors name its internals
    throw new Error(
      'Expected client-certificate and client-key to be a certificate and its key in PEM, got other data.',
    );
  }
  if (!isPair)
    throw new KubeconfigError('Expected client-key to be the key of client-certificate, got the key of another one.');
  lastValid.pair = pair;
}

/** Directory with the token of the service account in a pod. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/';

function unreadable(field: string, file: string, error: unknown): KubeconfigError {
  const reason = error instanceof Error ? error.message : String(error);
  const message = file.startsWith(SERVICE_ACCOUNT)
    ? `Expected the pod to have the token of a service account, cannot read ${file}: ${reason}. Set automountServiceAccountToken: true in the pod.`
    : `Cannot read the ${field} that the kubeconfig names, ${file}: ${reason}`;
  return new KubeconfigError(message, { cause: error });
}
