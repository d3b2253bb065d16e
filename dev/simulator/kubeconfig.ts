import { stringify } from 'yaml';

interface KubeconfigOptions {
  readonly port: number;
  readonly certificate: string;
  readonly token: string;
  /** What the token's user is called in the file. */
  readonly user: string;
}

/** A kubeconfig with one cluster and one user, who has a bearer token. By https: kubectl sends no token otherwise. */
export function writeKubeconfig({ port, certificate, token, user }: KubeconfigOptions): string {
  const authority = Buffer.from(certificate).toString('base64');
  const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': authority };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'simulator', cluster }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'simulator', context: { cluster: 'simulator', user, namespace: 'default' } }],
    'current-context': 'simulator',
  });
}
