import type { Queue } from '../../../protocol/library-worker.ts';
import { formatCount } from '../../common/format.ts';

export function formatFiles(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'file' : 'files'}`;
}

/** How long something still takes, as roughly as it is known. */
export function timeInWords(seconds: number): string {
  if (seconds < 50) return 'less than a minute';
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `about ${hours} ${hours === 1 ? 'hour' : 'hours'}`;
  return `about ${Math.round(hours / 24)} days`;
}

/** Pictures in a second; in a minute where that is more than none and reads better. */
export function rateInWords(perSecond: number): string {
  if (perSecond >= 10) return `${Math.round(perSecond)} pictures a second`;
  if (perSecond >= 1) return `${perSecond.toFixed(1)} pictures a second`;
  const perMinute = Math.max(1, Math.round(perSecond * 60));
  return `${perMinute} ${perMinute === 1 ? 'picture' : 'pictures'} a minute`;
}

/** Files that the queue is about. */
export function totalOf({ done, failed, left }: Queue): number {
  return done + failed + left;
}

/** Whether there is something of the queue to be seen. */
export function isBusy({ state }: Queue): boolean {
  return state !== 'idle';
}

/** From 0 to 1. */
export function shareOf(queue: Queue): number {
  const total = totalOf(queue);
  return total === 0 ? 0 : (total - queue.left) / total;
}

/** What the queue does, in a few words. */
export function queueTitle(queue: Queue): string {
  switch (queue.state) {
    case 'listing':
      return 'Looking for pictures';
    case 'running':
      return 'Adding your pictures';
    case 'paused':
      return queue.problem ? 'Adding stopped' : 'Adding is paused';
    case 'waiting':
      return 'Adding waits for you';
    case 'idle':
      return queue.failed > 0 ? 'Added, but for some files' : 'All added';
  }
}

/** How far a long list of chosen files is read, before they are in the queue. */
export function readingText(read: number, total: number): string {
  return `Reading the list: ${formatCount(Math.min(read, total))} of ${formatFiles(total)}`;
}

/** What came of it, once nothing is left. */
export function outcome({ done, known, indexed, failed }: Queue): string {
  const added = done - known;
  const taken = indexed > 0 ? ` (${formatCount(indexed)} of them from the index in the folder)` : '';
  const parts = [`${formatFiles(added)} added${taken}`];
  if (known > 0) parts.push(`${formatCount(known)} ${known === 1 ? 'was' : 'were'} there already`);
  if (failed > 0) parts.push(`${formatCount(failed)} could not be added`);
  return `${parts.join(', ')}.`;
}

/** One line on how far it is, for those who hear the page. */
export function announcement(queue: Queue): string {
  if (queue.problem) return `${queueTitle(queue)}. ${queue.problem.message}`;
  if (queue.state === 'idle') return outcome(queue);
  if (queue.state === 'listing') return `${queueTitle(queue)}.`;
  const far = `${formatCount(totalOf(queue) - queue.left)} of ${formatFiles(totalOf(queue))} done`;
  const time =
    queue.state === 'running' && queue.secondsLeft !== null ? `, ${timeInWords(queue.secondsLeft)} left` : '';
  return `${queueTitle(queue)}: ${far}${time}.`;
}

/** What to do where the queue stopped by itself; the message says what happened. */
export function remedyOf({ code }: NonNullable<Queue['problem']>): string {
  switch (code) {
    case 'quota-exceeded':
      return 'Nothing that is stored is lost. Make room on this device, or delete pictures here that you do not need; then continue.';
    case 'database-unavailable':
    case 'database-blocked':
      return 'Close other tabs of this page; then continue.';
    default:
      return 'Continue tries it again.';
  }
}
