import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { addressLines } from './addresses.ts';

const rest = { netmask: '', mac: '', cidr: null };
const lo: NetworkInterfaceInfo = { ...rest, family: 'IPv4', address: '127.0.0.1', internal: true };
const ip4: NetworkInterfaceInfo = { ...rest, family: 'IPv4', address: '192.168.1.5', internal: false };
const ip6: NetworkInterfaceInfo = { ...rest, family: 'IPv6', address: 'fe80::1', internal: false, scopeid: 2 };
const interfaces = { lo: [lo], eth0: [ip4, ip6] };

/** The addresses among the lines. */
const shown = (host: string) => addressLines(host, 4173, interfaces).filter((line) => line.startsWith('  '));

test.each([
  ['127.0.0.1', ['  http://localhost:4173/']],
  ['localhost', ['  http://localhost:4173/']],
  ['0.0.0.0', ['  http://192.168.1.5:4173/', '  http://localhost:4173/']],
  ['::', ['  http://192.168.1.5:4173/', '  http://localhost:4173/']],
  ['192.168.1.5', ['  http://192.168.1.5:4173/']],
  ['picture-box', ['  http://picture-box:4173/']],
  ['fe80::1', ['  http://[fe80::1]:4173/']],
  ['::1', ['  http://[::1]:4173/']],
  ['127.0.0.2', ['  http://127.0.0.2:4173/']],
])('what listens on %s is said to answer where it does', (host, expected) => {
  expect(shown(host)).toEqual(expected);
});

test('others are told what plain HTTP leaves out', () => {
  for (const host of ['0.0.0.0', '192.168.1.5'])
    expect(addressLines(host, 4173, interfaces)[0]).toContain('plain HTTP');
  expect(addressLines('127.0.0.1', 4173, interfaces)[0]).toBe('Open');
});
