import { AfterimageError } from '../../../engine/errors.ts';
import type { DeletionOf, DeletionPlan } from '../../../protocol/library-files.ts';
import type { LibraryWorkerApi } from '../../../protocol/library-worker.ts';
import { isSamePlace, nameOf } from '../files.ts';
import { deletePlaces, type FileInFolder, isInFolder, type PlaceToDelete } from '../folders/delete-files.browser.ts';
import type { FoundFile, StoredPicture } from '../library-store.ts';
import type { LibraryParts } from './parts.browser.ts';

type Parts = Pick<LibraryParts, 'store' | 'folders' | 'queue' | 'removals' | 'opened'>;

/** What was planned, until it is done or another page asks. */
interface Plan {
  readonly places: readonly PlaceToDelete[];
  readonly removal: number | undefined;
}

/** Names that a question shows. */
const NAMED = 8;
/** Plans that are remembered: the visitor answers one question at a time. */
const PLANS = 8;

/** Deleting files from the disk: what would go, and, when the visitor was asked, doing it. */
export function createDeleting(parts: Parts): Pick<LibraryWorkerApi, 'withCopies' | 'planDeletion' | 'deleteFiles'> {
  const { store, folders, queue, removals, opened } = parts;
  const plans = new Map<number, Plan>();
  let last = 0;

  return {
    async withCopies() {
      await opened();
      const names = new Map((await store.folders()).map((folder) => [folder.id, folder]));
      const several = (await store.all()).filter(({ files }) => files.length > 1);
      return several.map(({ item, files }) => ({
        itemId: item.id,
        places: files
          .map((file) => ({
            ...{ itemId: item.id, folder: file.folder, path: file.path, name: nameOf([file], names) ?? file.path },
            canDelete: file.folder !== null && names.has(file.folder),
          }))
          .sort((a, b) => a.name.length - b.name.length),
      }));
    },
    async planDeletion(of) {
      await opened();
      const found = 'removal' in of ? placesOf(removals.get(of.removal) ?? []) : await chosenPlaces(store, of.places);
      const places = found.places.filter(({ file }) => folders.get(file.folder));
      const elsewhere = found.alone + filesOf(found.places) - filesOf(places);
      plans.set(++last, { places, removal: 'removal' in of ? of.removal : undefined });
      plans.delete(last - PLANS);
      return { id: last, ...inWords(places, folders), elsewhere };
    },
    async deleteFiles(id) {
      const plan = plans.get(id);
      plans.delete(id);
      if (!plan) throw new AfterimageError('internal', 'Nothing was deleted: the page has to ask again.');
      const { cleared, ...deletion } = await deletePlaces(plan.places, folders);
      await store.takePlaces(cleared.map(({ key, file: { folder, path } }) => ({ key, folder, path })));
      if (plan.removal !== undefined) {
        removals.forget(plan.removal, goneAltogether(removals.get(plan.removal) ?? [], cleared));
      }
      queue.changed();
      return deletion;
    },
  };
}

interface Found {
  readonly places: readonly PlaceToDelete[];
  /** Files that were added by themselves. */
  readonly alone: number;
}

/** All files of pictures that were taken out. */
function placesOf(pictures: readonly StoredPicture[]): Found {
  const files = pictures.flatMap(({ key, sha256, files: all }) => all.map((file) => ({ key, sha256, file })));
  return {
    places: files.flatMap(({ file, ...of }) => (isInFolder(file) ? [{ ...of, file, staying: [] }] : [])),
    alone: files.filter(({ file }) => !isInFolder(file)).length,
  };
}

/** Single places of pictures that are there. Of each picture one place stays, whatever was asked for. */
async function chosenPlaces(
  store: Parts['store'],
  chosen: Extract<DeletionOf, { places: unknown }>['places'],
): Promise<Found> {
  const ids = [...new Set(chosen.map(({ itemId }) => itemId))];
  const pictures = await Promise.all(ids.map(async (id) => ({ id, picture: await store.findItem(id) })));
  const places = pictures.flatMap(({ id, picture }) => {
    if (!picture) return [];
    const { key, sha256, files } = picture;
    const isChosen = ({ folder, path }: FoundFile) =>
      chosen.some((place) => place.itemId === id && place.folder === folder && place.path === path);
    const staying = files.filter((file) => !isChosen(file));
    if (staying.length === 0) return [];
    return files
      .filter((file): file is FileInFolder => isInFolder(file) && isChosen(file))
      .map((file) => ({ key, sha256, file, staying }));
  });
  return { places, alone: 0 };
}

function filesOf(places: readonly PlaceToDelete[]): number {
  return places.reduce((sum, { file }) => sum + 1 + (file.others?.length ?? 0), 0);
}

function inWords(places: readonly PlaceToDelete[], folders: Parts['folders']): Omit<DeletionPlan, 'id' | 'elsewhere'> {
  const ids = [...new Set(places.map(({ file }) => file.folder))];
  const found = ids.flatMap((folder) => folders.get(folder) ?? []);
  const names: string[] = [];
  for (const { file } of places) {
    if (names.length >= NAMED) break;
    const name = folders.get(file.folder)?.name ?? '';
    names.push(...[file.path, ...(file.others ?? [])].map((path) => `${name}/${path}`));
  }
  return {
    files: filesOf(places),
    names: names.slice(0, NAMED),
    folders: found.map(({ name, handle }) => ({ name, handle })),
  };
}

/** Pictures that were taken out and of which no file is left. */
function goneAltogether(pictures: readonly StoredPicture[], cleared: readonly PlaceToDelete[]): Set<number> {
  const isCleared = (key: number, file: FoundFile) =>
    cleared.some((place) => place.key === key && isSamePlace(place.file, file));
  const gone = pictures.filter(({ key, files }) => files.every((file) => isCleared(key, file)));
  return new Set(gone.map(({ key }) => key));
}
