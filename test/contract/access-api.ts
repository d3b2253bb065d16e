import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { text as readText } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import type { ApiBody } from './api-client.ts';
import type { AccessCase, Person } from './access-cases.ts';

type Headers = Readonly<Record<string, string | readonly string[]>>;

export interface AccessAnswer {
  readonly code: number;
  readonly text: string;
  readonly body: ApiBody;
}

/** Client of an API server with administrator credentials that can impersonate any user. */
export class AccessApi {
  readonly #config = new KubeConfig();

  constructor(kubeconfig: string) {
    this.#config.loadFromString(kubeconfig);
  }

  /** Credentials of the administrator. */
  get token(): string {
    return this.#config.getCurrentUser()?.token ?? '';
  }

  /** Sends a request with the administrator's token and these headers. A watch is closed after its response starts. */
  async send(method: string, path: string, headers: Headers, body?: unknown): Promise<AccessAnswer> {
    const options: https.RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const server = this.#config.getCurrentCluster()?.server ?? '';
    const sent = body === undefined ? '' : JSON.stringify(body);
    const framing = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(sent)) };
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, asSent(value)]));
    const request = https.request(new URL(path, server), {
      ...options,
      method,
      headers: { ...options.headers, ...(sent !== '' && framing), ...given },
    });
    request.end(sent);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return this.#read(response, path);
  }

  as({ user, groups }: Person, method: string, path: string, body?: unknown): Promise<AccessAnswer> {
    return this.send(method, path, { 'Impersonate-User': user, 'Impersonate-Group': groups }, body);
  }

  /** Returns the decision of a SubjectAccessReview. */
  async review({ person, ...asked }: AccessCase): Promise<unknown> {
    const { path, verb, group, resource, subresource, namespace, name } = asked;
    const attributes = { verb, group, resource, subresource, namespace, name };
    const about = path === '' ? { resourceAttributes: attributes } : { nonResourceAttributes: { path, verb } };
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { ...person, ...about },
    };
    const { body } = await this.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {}, review);
    return body.status;
  }

  async #read(response: IncomingMessage, path: string): Promise<AccessAnswer> {
    const code = response.statusCode ?? 0;
    if (code === 200 && path.includes('watch=true')) {
      response.on('error', () => response.destroy()); // the response is not read to its end
      response.destroy();
      return { code, text: '', body: {} };
    }
    const text = await readText(response);
    return { code, text, body: text.startsWith('{') ? (JSON.parse(text) as ApiBody) : {} };
  }
}

function asSent(value: string | readonly string[]): string | string[] {
  return typeof value === 'string' ? value : [...value];
}
