import { connectUser, type UserCredentials } from './user-client.ts';

/** Authentication by the headers of Kubeflow's proxy. */
export const headerAuthentication = {
  mode: 'header',
  userHeader: 'kubeflow-userid',
  userPrefix: ':',
  groupsHeader: 'kubeflow-groups',
  groupsSeparator: '',
  trustedProxyCidrs: [] as string[],
  allowSystemIdentities: false,
  impersonate: false,
} as const;

/** Returns the close code and reason of a rejected WebSocket, such as `4401 …`. */
export async function closedAs(gateway: { readonly url: string }, passport: UserCredentials): Promise<string> {
  await using person = connectUser(gateway.url, passport);
  try {
    await person.subscribe(`subscription { namespaces { type } }`).next();
    return 'open';
  } catch (error) {
    const { code, reason } = error as { code: number; reason: string };
    return `${code} ${reason}`;
  }
}
