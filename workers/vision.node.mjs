import { workerData } from 'node:worker_threads';
import { expose } from 'comlink';
import { register } from 'tsx/esm/api';

register(); // Node 20 reads no TypeScript by itself, and the loader of the main thread does not reach in here.
const { createVisionSession } = await import('../src/platform/sessions/vision-session.node.ts');
expose(createVisionSession(), workerData);
