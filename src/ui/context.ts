import { type Accessor, createContext, type Signal, useContext } from 'solid-js';
import type { Item, PictureSource } from '../engine/collection/types.ts';
import type { createSavedSearches } from '../state/albums/saved-searches.ts';
import type { ByDate, DatablePictures } from '../state/collection/by-date.ts';
import type { Items } from '../state/collection/items.ts';
import type { LoadGate } from '../state/collection/load-gate.ts';
import type { Opened } from '../state/collection/opened.ts';
import type { OtherModels } from '../state/collection/other-models.ts';
import type { Pictures } from '../state/collection/pictures.ts';
import type { Selection } from '../state/collection/selection.ts';
import type { Session } from '../state/collection/session.ts';
import type { SiteModels } from '../state/collection/site-models.ts';
import type { FindsCopies } from '../state/copies/copies.ts';
import type { LibraryAccess } from '../state/library/access.ts';
import type { Log } from '../state/log/log.ts';
import type { Ratings } from '../state/log/ratings.ts';
import type { Offline } from '../state/offline/offline.ts';
import type { AddressBar } from '../state/search/address.ts';
import type { AskedAccess } from '../state/search/asked-access.ts';
import type { createValues } from '../state/search/context.ts';
import type { Refining } from '../state/search/refining.ts';
import type { Search } from '../state/search/search.ts';
import type { Notices } from '../state/shell/notices.ts';

/** The state that the views share; made once, in main.tsx. */
export interface App {
  /** Of the site, with a `/` at its end. */
  readonly baseUrl: string;
  readonly address: AddressBar;
  readonly notices: Notices;
  readonly session: Session;
  /** The download of what queries need. */
  readonly loading: LoadGate;
  readonly search: Search;
  readonly refining: Refining;
  /** Models that find pictures beside that of the open collection. */
  readonly otherModels: OtherModels;
  /** The models of the site, and what this browser keeps of them. */
  readonly siteModels: SiteModels;
  readonly items: Items;
  /** An item of the open collection by its id; undefined where there is none. */
  itemOf(id: string): Promise<Item | undefined>;
  readonly pictures: Pictures;
  readonly byDate: ByDate;
  /** Of the open collection; another object when there are others. */
  readonly allPictures: Accessor<DatablePictures | undefined>;
  /** Finds copies among the pictures of the open collection. */
  readonly copies: FindsCopies;
  /** Where the files of these pictures are; undefined while no collection is open. */
  readonly pictureSource: Accessor<PictureSource | undefined>;
  readonly opened: Opened;
  /** Pictures that were searched for and are in no collection. */
  readonly asked: AskedAccess;
  /** Pictures are found by their names too. */
  readonly names: Accessor<boolean>;
  /** Values that a filter takes, for the beginning of one. */
  readonly values: ReturnType<typeof createValues>;
  /** Pictures that are picked out of those shown. */
  readonly selection: Selection;
  readonly offline: Offline;
  readonly log: Log;
  /** The visitor's own pictures. */
  readonly library: LibraryAccess;
  /** What saved searches find now. */
  readonly savedSearches: ReturnType<typeof createSavedSearches>;
  /** Of the search that is shown. */
  readonly ratings: Ratings;
  /** Every result has its thumbs, for fingers, which cannot point at a picture without opening it. */
  readonly judging: Signal<boolean>;
  /** An input method composes words of the query that are not confirmed yet. */
  readonly composing: Signal<boolean>;
  /** The query as it stands is a completed search. */
  commit(): void;
}

export const AppContext = createContext<App>();

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('useApp() outside of <AppContext.Provider>.');
  return app;
}
