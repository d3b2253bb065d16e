import type { GraphQLError } from 'graphql';
import { codeOf } from '../graphql/operation-record.ts';

/*
 * Reasons of refusals for logs. FORBIDDEN may be a missing permission of the viewer or of the gateway, a full quota, or a rule of the
 * cluster. The message of the error says which, but that of a webhook or a policy may quote the object, and logs quote no content.
 */

/** Length of the examined start of a message. */
const MAX_EXAMINED = 2_000;

/** A DNS subdomain, as the names of quotas, webhooks and policies are. */
const NAME = '(?<name>[a-z0-9.-]{1,253})';
const QUOTED = String.raw`"(?:[^"\\]|\\.){0,600}"`;
/** Start of the API server's message about an object, a collection or a path. The text of the authorizer or an admission plugin follows. */
const REFUSED = String.raw`^(?:[\w./-]{1,300} (?:${QUOTED} )?is )?(?:forbidden|invalid): `;
const ACCESS = String.raw`User ${QUOTED} cannot [\w-]{1,60} (?:resource|path) ${QUOTED}(?: in API group ${QUOTED})?(?: in the namespace ${QUOTED})?`;

/** Start of the gateway's message about a failed access review, before that of the API server. */
const UNDECIDED = /^The API server did not decide whether you may [^:]{1,500}: /u;

type Groups = Readonly<Record<string, string>>;
type Pattern = readonly [pattern: RegExp, reason: (groups: Groups) => string];

const patterns: readonly Pattern[] = [
  [
    /^You may not (?<access>[a-z]+ [\w./-]+(?: in the namespace "[^"]{1,63}")?)\.$/u,
    ({ access }) => `viewer may not ${access}`,
  ],
  [/^The gateway may not (?<access>[a-z]+ [\w./-]+)/u, ({ access }) => `gateway may not ${access}`],
  [new RegExp(`${REFUSED}(?<access>${ACCESS})`, 'u'), ({ access }) => `API server: ${access}`],
  [new RegExp(`${REFUSED}(?:exceeded|failed) quota: ${NAME}`, 'u'), ({ name }) => `ResourceQuota ${name}`],
  [
    new RegExp(
      String.raw`${REFUSED}\[?(?:(?:min|max)imum [\w./-]{1,300} usage|[\w./-]{1,300} max limit to request ratio) per `,
      'u',
    ),
    () => 'LimitRange',
  ],
  [
    new RegExp(`${REFUSED}[: ]*ValidatingAdmissionPolicy '${NAME}'`, 'u'),
    ({ name }) => `ValidatingAdmissionPolicy ${name}`,
  ],
  [new RegExp(`${REFUSED}unable to create new content in namespace `, 'u'), () => 'namespace is being terminated'],
  [/^Expected a well-formed HTTP request, got (?<error>HPE_[A-Z0-9_]{1,60})\.$/u, ({ error = '' }) => error],
  [new RegExp(`^admission webhook "${NAME}" denied the request`, 'u'), ({ name }) => `webhook ${name}`],
  [
    new RegExp(`^Internal error occurred: failed calling webhook "${NAME}"`, 'u'),
    ({ name }) => `webhook ${name} failed`,
  ],
];

/** Part of an error of a client. */
interface ClientError {
  readonly code: string;
  readonly message: string;
  /** `extensions.reason`: that of the API server, or the name of a rule of the gateway. */
  readonly reason?: unknown;
}

/**
 * Returns the reason of a refusal: a missing permission and whose it is, the quota, limit range, policy, webhook or rule, or the error of
 * Node's parser. It quotes names only. `admission` for other plugins of the API server. Undefined if the code says as much.
 */
export function refusalReason({ code, message, reason }: ClientError): string | undefined {
  const examined = message.slice(0, MAX_EXAMINED).replace(UNDECIDED, '');
  for (const [pattern, describe] of patterns) {
    const match = pattern.exec(examined);
    if (match) return describe(match.groups ?? {});
  }
  if (code !== 'FORBIDDEN') return undefined;
  if (typeof reason === 'string' && reason !== 'Forbidden') return reason;
  return new RegExp(REFUSED, 'u').test(examined) ? 'admission' : undefined;
}

/** Returns the distinct reasons of errors that clients got. Undefined if there are none, so that a log line has no field. */
export function refusalReasons(errors: readonly GraphQLError[]): readonly string[] | undefined {
  if (errors.length === 0) return undefined;
  const reasons = errors.flatMap((error) => {
    const { message, extensions } = error;
    return refusalReason({ code: codeOf(error), message, reason: extensions['reason'] }) ?? [];
  });
  return reasons.length > 0 ? [...new Set(reasons)] : undefined;
}
