import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { expect, it } from 'vitest';
import { startTestGateway } from '../support/test-gateway.ts';

interface Body {
  readonly query?: string;
  readonly extensions?: { readonly persistedQuery?: object };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

it('answers queries of Apollo Client when its link for persisted queries sends a hash first', async () => {
  await using gateway = await startTestGateway();
  const bodies: Body[] = [];
  const http = new HttpLink({
    uri: gateway.url,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      bodies.push((await request.clone().json()) as Body);
      return fetch(request);
    },
  });
  const link = ApolloLink.from([new PersistedQueryLink({ sha256 }), http]);
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  const first = await client.query({ query: gql('query First { viewer { name } }') });
  const second = await client.query({ query: gql('query Second { gateway { version } }') });
  client.stop();
  expect(first.data).toMatchObject({ viewer: { name: expect.any(String) } });
  expect(second.data).toMatchObject({ gateway: { version: expect.any(String) } });
  // The hash alone is refused with a code after which the link sends texts only.
  expect(
    bodies.map(({ query, extensions }) => [query !== undefined, extensions?.persistedQuery !== undefined]),
  ).toEqual([
    [false, true],
    [true, false],
    [true, false],
  ]);
});
