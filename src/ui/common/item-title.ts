import type { Item } from '../../engine/collection/types.ts';

/** What a picture is called: its title, else its file name. */
export function itemTitle(item: Item | undefined): string {
  return item ? (item.title ?? (item.name.slice(item.name.lastIndexOf('/') + 1) || item.name)) : '';
}
