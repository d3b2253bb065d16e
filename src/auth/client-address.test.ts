import { expect, it } from 'vitest';
import { clientAddressOf } from './client-address.ts';

const isProxy = (address: string) => address.startsWith('10.');

it.each([
  ['192.0.2.1', [], '192.0.2.1'],
  ['192.0.2.1', ['198.51.100.1'], '192.0.2.1'],
  ['10.0.0.1', [], '10.0.0.1'],
  ['10.0.0.1', ['198.51.100.1'], '198.51.100.1'],
  ['10.0.0.1', ['203.0.113.7, 198.51.100.1'], '198.51.100.1'],
  ['10.0.0.1', ['203.0.113.7', '198.51.100.1, 10.0.0.2'], '198.51.100.1'],
  ['10.0.0.1', ['10.0.0.3, 10.0.0.2'], '10.0.0.3'],
  ['10.0.0.1', ['unknown'], '10.0.0.1'],
  ['10.0.0.1', ['198.51.100.1, <script>'], '10.0.0.1'],
  ['10.0.0.1', [`${'10.0.0.2,'.repeat(50_000)}10.0.0.2`], '10.0.0.2'],
  ['::ffff:192.0.2.1', [], '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', [], '2001:db8:1:2'],
  ['2001:0db8:0001:0002:ffff::1', [], '2001:db8:1:2'],
  ['2001:db8::1', [], '2001:db8:0:0'],
  ['::1', [], '0:0:0:0'],
])('counts a request of the peer %s with X-Forwarded-For %j by %s', (remoteAddress, forwarded, expected) => {
  expect(clientAddressOf({ header: () => forwarded, remoteAddress }, isProxy)).toBe(expected);
});
