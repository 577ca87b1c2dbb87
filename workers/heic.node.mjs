import { parentPort } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register(); // Node 20 reads no TypeScript by itself, and the loader of the main thread does not reach in here.
const { serveHeic } = await import('../src/platform/pictures/heic/heic-thread.node.ts');
await serveHeic(parentPort);
