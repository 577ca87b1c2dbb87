import type { FilterField } from '../../../engine/query/query.ts';

/** What a field asks for, in a word or two, and an example. */
export const FIELD_HINTS: Readonly<Record<FilterField, { readonly what: string; readonly example: string }>> = {
  after: { what: 'from this year, month or day on', example: 'after:2023' },
  album: { what: 'in this album of yours', example: 'album:"at sea"' },
  before: { what: 'before this year, month or day', example: 'before:2024-05' },
  camera: { what: 'taken with this camera', example: 'camera:canon' },
  folder: { what: 'in this folder or below it', example: 'folder:"two words"' },
  height: { what: 'less high than so many pixels', example: 'height:<800' },
  in: { what: 'in this collection', example: 'in:demo' },
  name: { what: 'in the file name or title', example: 'name:beach' },
  near: { what: 'taken near this place', example: 'near:52.52,13.405,25km' },
  rating: { what: 'by your newest thumb: up, down, none', example: 'rating:up' },
  type: { what: 'kind of file', example: 'type:png' },
  width: { what: 'wider than so many pixels', example: 'width:>2000' },
};
