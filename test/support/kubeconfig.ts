import { text } from 'node:stream/consumers';
import { createApiConnection, type ApiConnection } from '../../src/kubernetes/api-connection.ts';
import type { ConnectionSource } from '../../src/kubernetes/kubeconfig.ts';

const { signal } = new AbortController();

/** A kubeconfig with one cluster and its user `admin`. */
export function kubeconfig(cluster: object, user: object = {}): ConnectionSource {
  return { type: 'text', text: kubeconfigText(cluster, user) };
}

export function kubeconfigText(cluster: object, user: object = {}): string {
  return JSON.stringify({
    clusters: [{ name: 'it', cluster }],
    users: [{ name: 'admin', user }],
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'admin' } }],
    'current-context': 'it',
  });
}

export async function ask(source: ConnectionSource): Promise<string> {
  return send(await createApiConnection(source));
}

export async function send(connection: ApiConnection): Promise<string> {
  return text(await connection.send({ method: 'GET', path: '/version?x=1', headers: {}, signal }));
}

export async function failureOf(source: ConnectionSource): Promise<unknown> {
  return ask(source).catch((error: unknown) => error);
}

export function base64(plain: string): string {
  return Buffer.from(plain).toString('base64');
}
