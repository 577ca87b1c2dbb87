import type { Channel } from '../../storage/channel.ts';

/** What changed: one search, or (null) any number of them. */
export interface LogChange {
  readonly id: string | null;
}

export type LogListener = (change: LogChange) => void;
export type LogChannel = Channel<LogChange>;
