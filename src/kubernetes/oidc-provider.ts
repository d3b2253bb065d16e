import type { KubeConfig, User } from '@kubernetes/client-node';
import { withEntries, type CredentialFiles } from './credential-files.ts';

/** A JSON Web Token that expired in 1970, for which the provider obtains another one. It is never sent. */
const EXPIRED = [{ alg: 'none' }, { exp: 1 }, {}]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');
/** Fields without which client-node's provider renews no token. */
const RENEWAL_FIELDS = ['client-id', 'refresh-token', 'idp-issuer-url'];

/**
 * The config of a kubeconfig whose user has the auth provider `oidc`. It is kept as long as the kubeconfig does not change, because
 * client-node's provider stores renewed tokens in it: a refresh token may be valid once. The provider decides by the clock whether a
 * token has expired. If that is wrong, the API server refuses a token that seems valid, and a refusal renews it.
 */
export class OidcConfig {
  #kept: { readonly fingerprint: string; readonly config: KubeConfig } | undefined;
  #isRefused = false;

  /** Makes the next {@link current} renew the token, because the API server has refused it. */
  refuse(): void {
    this.#isRefused = true;
  }

  /** Returns the config of the files, with the tokens that were renewed since they changed. */
  current({ config: read, fingerprint }: CredentialFiles): KubeConfig {
    if (read.getCurrentUser()?.authProvider?.name !== 'oidc') return read;
    const isRefused = this.#isRefused;
    this.#isRefused = false;
    if (this.#kept?.fingerprint === fingerprint && !isRefused) return this.#kept.config;
    const { config } = this.#kept?.fingerprint === fingerprint ? this.#kept : { config: read };
    this.#kept = { fingerprint, config: isRefused ? withExpiredToken(config) : config };
    return this.#kept.config;
  }
}

/** Returns a config whose provider renews its token when it is used first; the same one if it cannot. */
function withExpiredToken(config: KubeConfig): KubeConfig {
  const current = config.getCurrentUser();
  const fields = fieldsOf(current);
  if (!current?.authProvider || !fields || RENEWAL_FIELDS.some((name) => !fields[name])) return config;
  const authProvider = { ...current.authProvider, config: { ...fields, 'id-token': EXPIRED } };
  const users = config.users.map((user) => (user === current ? { ...user, authProvider } : user));
  return withEntries(config, { users });
}

function fieldsOf(user: User | null): Readonly<Record<string, unknown>> | undefined {
  return user?.authProvider?.config;
}
