import { createEffect } from 'solid-js';
import type { Notices } from '../shell/notices.ts';
import type { Log } from './log.ts';

/** Says why searches are not logged, without which ratings and thumbs would be missing for no reason. */
export function createLogNotice(log: Pick<Log, 'error' | 'status'>, notices: Pick<Notices, 'say' | 'dismiss'>): void {
  createEffect(() => {
    const error = log.error();
    // Of the id that `missingCapabilities` uses: it is the same matter.
    if (error !== undefined) notices.say('database', error);
    else if (log.status() === 'on') notices.dismiss('database');
  });
}
