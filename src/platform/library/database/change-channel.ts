import { type Channel, createChannel } from '../../../storage/channel.ts';
import type { LibraryChange } from '../library-store.ts';

export interface ChangeChannel extends Pick<Channel<LibraryChange>, 'subscribe' | 'close'> {
  /** Changes of no pictures are not told. */
  tell(...changes: readonly LibraryChange[]): void;
}

export function createChangeChannel(name: string): ChangeChannel {
  const { tell, subscribe, close } = createChannel<LibraryChange>(name);
  return {
    subscribe,
    close,
    tell(...changes) {
      for (const change of changes) if (!('keys' in change) || change.keys.length > 0) tell(change);
    },
  };
}
