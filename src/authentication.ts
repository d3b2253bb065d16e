import type { Logger } from 'pino';
import type { Authenticator } from './auth/authenticator.ts';
import { FORWARDED_FOR } from './auth/client-address.ts';
import { headerAuthenticator } from './auth/authenticators/header.ts';
import { kubeconfigAuthenticator, type GatewayIdentity } from './auth/authenticators/kubeconfig.ts';
import { tokenAuthenticator } from './auth/authenticators/token.ts';
import type { Config } from './config.ts';
import type { Client } from './kubernetes/client.ts';
import { atMostEvery, LOG_INTERVAL_MS } from './kubernetes/log-limit.ts';
import { redactedError } from './kubernetes/redacted.ts';
import { StatusError } from './kubernetes/status-error.ts';

/** Times to live of decisions after which a token is reviewed again. */
const TOKEN_TTL_FACTOR = 3;

interface AuthenticationParts {
  readonly client: Client;
  /** Viewer of every request in the mode `kubeconfig`. */
  readonly self: GatewayIdentity;
  readonly log: Logger;
}

/**
 * Returns the authenticator of the configured mode. Its errors disclose nothing of the cluster, as unauthenticated clients get them. The
 * reasons for which credentials cannot be validated go to the log.
 */
export function createAuthenticator(config: Config, { client, self, log }: AuthenticationParts): Authenticator {
  const authenticate = authenticatorFor(config, client, self);
  const onUnavailable = atMostEvery({ intervalMs: LOG_INTERVAL_MS }, (error, suppressed) =>
    log.error({ error: redactedError(error), suppressed }, 'cannot validate the credentials of clients'),
  );
  const refuse = (error: unknown): never => {
    if (error instanceof StatusError && (error.code === 401 || error.code === 429)) throw error;
    onUnavailable(error);
    throw new StatusError({
      code: 503,
      reason: 'ServiceUnavailable',
      message: 'The gateway cannot validate credentials at the moment. Try again.',
      retryAfterSeconds: 1,
    });
  };
  return (credentials) => {
    try {
      const viewer = authenticate(credentials);
      return viewer instanceof Promise ? viewer.catch(refuse) : viewer;
    } catch (error) {
      return refuse(error);
    }
  };
}

/** Names of the headers that authenticators read, in lower case. */
export function identityHeaders({ authentication }: Config): ReadonlySet<string> {
  const ofMode =
    authentication.mode === 'header' ? [authentication.userHeader, authentication.groupsHeader] : ['authorization'];
  return new Set([FORWARDED_FOR, ...ofMode.map((name) => name.toLowerCase())]);
}

function authenticatorFor(config: Config, client: Client, self: GatewayIdentity): Authenticator {
  const { authentication, authorizationGraceSeconds, authorizationTtlSeconds } = config;
  switch (authentication.mode) {
    case 'header':
      return headerAuthenticator(client, authentication);
    case 'token':
      return tokenAuthenticator(client, {
        ...config,
        graceMs: authorizationGraceSeconds * 1_000,
        // Reviews with the token, which notice its revocation, may be minutes apart.
        acceptedTtlMs: TOKEN_TTL_FACTOR * authorizationTtlSeconds * 1_000,
      });
    case 'kubeconfig':
      return kubeconfigAuthenticator(client, self);
    default:
      throw new TypeError(`Unknown authentication mode ${JSON.stringify(authentication satisfies never)}`);
  }
}
