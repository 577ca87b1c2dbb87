import type { DeviceChoice } from './device.ts';
import type { TimeLimit } from './worker-session.ts';

/** To load what may be large. */
export const LOAD: TimeLimit = { ms: 60_000, stall: true };
/** While shaders are compiled, there is no heartbeat. */
const LOAD_ON_GPU: TimeLimit = { ms: 180_000, stall: true };
/** Longer than a server may stand still that a block is read from: see platform/bytes/download.browser.ts. */
export const ANSWER: TimeLimit = { ms: 30_000, stall: true };
export const FIRST_ANSWER_ON_GPU: TimeLimit = { ms: 120_000, stall: true };

export function loadLimit(device: DeviceChoice['device']): TimeLimit {
  return device === 'webgpu' ? LOAD_ON_GPU : LOAD;
}
