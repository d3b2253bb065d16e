import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ConnectionSource } from '../kubernetes/kubeconfig.ts';
import type { ProxySettings } from '../kubernetes/proxy-settings.ts';
import { integer, type Settings } from './settings.ts';

/** Reads the settings of the connection to the API server. */
export function apiConnectionSettings(env: Settings) {
  return {
    connection: connectionSource(env),
    /** Proxies for the connection. */
    proxies: proxySettings(env),
    /** Time limit of the exec plugin of a kubeconfig. */
    execPluginTimeoutSeconds: integer(env, 'EXEC_PLUGIN_TIMEOUT_SECONDS', { default: 30, min: 1, max: 600 }),
  };
}

/** Order of precedence: KUBECONFIG, the service account of the pod, `~/.kube/config`. */
function connectionSource(env: Settings): ConnectionSource {
  const files = (env.text('KUBECONFIG') ?? '').split(path.delimiter).filter((file) => file !== '');
  if (files.some((file) => existsSync(file))) return { type: 'files', files };
  if (files.length > 0) {
    env.reject(
      'KUBECONFIG',
      `Expected KUBECONFIG to name at least one existing file, got ${files.join(path.delimiter)}, which does not exist.`,
    );
  }
  if (env.text('KUBERNETES_SERVICE_HOST') !== undefined) return { type: 'in-cluster' };
  const defaultFile = path.join(env.text('HOME') ?? '/', '.kube', 'config');
  if (existsSync(defaultFile)) return { type: 'files', files: [defaultFile] };
  const message = `Expected a cluster: set KUBECONFIG, create ${defaultFile}, or run the gateway in a pod.`;
  env.reject('KUBECONFIG', message);
  return { type: 'in-cluster' };
}

/** Go's `net/http` reads these, too: names in upper case take precedence. */
function proxySettings(env: Settings): ProxySettings {
  return {
    httpProxy: env.textOfEitherCase('HTTP_PROXY'),
    httpsProxy: env.textOfEitherCase('HTTPS_PROXY'),
    noProxy: env.textOfEitherCase('NO_PROXY'),
  };
}
