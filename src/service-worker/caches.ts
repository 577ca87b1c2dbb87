import { scoped } from '../site/scope.ts';

/** Names in the Cache API that the page and the service worker share. Workbox and the query worker have their own. */

/** Every picture of collections that are small enough, put there by the page (keep-pictures.ts). */
export const keptPictures = (baseUrl: string) => scoped('afterimage-pictures-kept', baseUrl);
/** Pictures that were looked at, a bounded number, put there by the service worker. */
export const seenPictures = (baseUrl: string) => scoped('afterimage-pictures-seen', baseUrl);
