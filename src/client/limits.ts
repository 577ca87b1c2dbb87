import type { DeviceChoice } from './device.ts';
import type { TimeLimit } from './worker-session.ts';

/** To load what may be large. */
export const LOAD: TimeLimit = { stallMs: 60_000 };
/** While shaders are compiled, there is no heartbeat. */
const LOAD_ON_GPU: TimeLimit = { stallMs: 180_000 };
/** Longer than a server may stand still that a block is read from: see platform/bytes/download.browser.ts. */
export const ANSWER: TimeLimit = { stallMs: 30_000 };
export const FIRST_ANSWER_ON_GPU: TimeLimit = { stallMs: 120_000 };

export function loadLimit(device: DeviceChoice['device']): TimeLimit {
  return device === 'webgpu' ? LOAD_ON_GPU : LOAD;
}
