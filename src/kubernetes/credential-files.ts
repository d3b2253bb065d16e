import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { KubeConfig, type Cluster, type User } from '@kubernetes/client-node';
import { loadKubeConfig, serverOf, tokenFileIn, type ConnectionSource } from './kubeconfig.ts';

/** Kubeconfig and the files that it names, read at one time. */
export interface CredentialFiles {
  /** Its certificates and keys are inline, so that no request gets a certificate without its key. */
  readonly config: KubeConfig;
  /** Address of the API server. */
  readonly server: string;
  /** Content of the token file. */
  readonly token: string | undefined;
  /** Hash of all contents. */
  readonly fingerprint: string;
}

/**
 * Reads a kubeconfig and the files of its current cluster and user.
 * @param last earlier state, to take a token from that cannot be read at the moment
 * @throws {Error} if one of them cannot be read, or the client certificate and key are not a pair
 */
export async function readCredentialFiles(source: ConnectionSource, last?: CredentialFiles): Promise<CredentialFiles> {
  const loaded = await loadKubeConfig(source);
  const [cluster, user] = [loaded.getCurrentCluster(), loaded.getCurrentUser()];
  const config = withEntries(loaded, {
    clusters: await Promise.all(loaded.clusters.map((each) => (each === cluster ? inlineCluster(each) : each))),
    users: await Promise.all(loaded.users.map((each) => (each === user ? inlineUser(each) : each))),
  });
  const tokenFile = tokenFileIn(config);
  const token = tokenFile === undefined ? undefined : await readToken(tokenFile, last?.token);
  const content = JSON.stringify([config.clusters, config.contexts, config.users, config.currentContext, token]);
  const fingerprint = createHash('sha256').update(content).digest('base64');
  return { config, server: serverOf(config), token, fingerprint };
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

/** As in client-go, inline data takes precedence over a file. */
async function inlineCluster({ caFile, caData, ...cluster }: Cluster): Promise<Cluster> {
  const data = caData || (await contentOf('certificate-authority', caFile));
  return { ...cluster, ...(data && { caData: data }) };
}

async function inlineUser({ certFile, certData, keyFile, keyData, ...user }: User): Promise<User> {
  const certificate = certData || (await contentOf('client-certificate', certFile));
  const key = keyData || (await contentOf('client-key', keyFile));
  if (certificate && key) assertKeyBelongsTo(certificate, key);
  return { ...user, ...(certificate && { certData: certificate }), ...(key && { keyData: key }) };
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
  if (!isPair) throw new Error('Expected client-key to be the key of client-certificate, got the key of another one.');
}

function unreadable(field: string, file: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`Cannot read the ${field} that the kubeconfig names, ${file}: ${reason}`, { cause: error });
}
