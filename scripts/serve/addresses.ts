import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isLoopback } from './serve.ts';

/** Whether a server that listens on `host` is opened as localhost: only there do browsers offer everything by HTTP. */
export function isReachedAsLocalhost(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || isEveryAddress(host);
}

function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** Lines that say where a server that listens on `host` answers. */
export function addressLines(host: string, port: number, interfaces = networkInterfaces()): string[] {
  const open = ['Open', `  ${address(isReachedAsLocalhost(host) ? 'localhost' : host, port)}`];
  if (isLoopback(host)) return open;
  const plain = 'plain HTTP: search works, offline use and WebGPU do not';
  if (!isEveryAddress(host)) return [`Open, here or elsewhere (${plain})`, ...open.slice(1)];
  const others = Object.values(interfaces).flatMap((all) => (all ?? []).filter(isOfNetwork));
  return [`Others reach it at (${plain})`, ...others.map((one) => `  ${address(one.address, port)}`), ...open];
}

function isOfNetwork({ family, internal }: NetworkInterfaceInfo): boolean {
  return family === 'IPv4' && !internal;
}

function address(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}
