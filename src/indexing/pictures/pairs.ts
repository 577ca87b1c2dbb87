/**
 * Files that are one picture: what a camera writes twice (RAW and JPEG), and a photograph with the film around it (live photo).
 * They have one name but for their extensions, and lie in one folder.
 */

/** The picture that people see: of this kind there may be one with companions. */
const SHOWN = /\.(?:jpe?g|jpe|jfif|heic|heif|hif)$/i;
const RAW = /\.(?:dng|cr2|cr3|nef|arw|raf|orf|rw2)$/i;
/** What phones put beside a photograph, and what is made of it where photographs are taken out of a cloud. */
const FILM = /\.(?:mov|mp4)$/i;

/** @template F a file with the path by which it is known, with `/` between */
export interface PairedFile<F> {
  /** The one that is shown and embedded, and whose content is the item's identity. */
  readonly file: F;
  /** The others, by name. */
  readonly others: readonly F[];
}

export interface Pairing<F> {
  /** In the order in which the files that are shown were given. */
  readonly pictures: readonly PairedFile<F>[];
  /** Films that belong to no picture: they are none themselves. */
  readonly films: readonly F[];
}

/** Whether `name` may be a part of a picture beside one that is shown. */
export function isFilm(name: string): boolean {
  return FILM.test(name);
}

/**
 * Put together what is one picture. A RAW file belongs to the JPEG or HEIC of its name, and is a picture itself where there is
 * none; a film belongs to the JPEG or HEIC of its name. Where there are several of these, to the first one by name. All else
 * stays as it is: HEIC and JPEG of one name, or two RAW files, are two pictures.
 * @param files names unique; pictures of any kind, and films
 */
export function pairFiles<F extends { readonly name: string }>(files: readonly F[]): Pairing<F> {
  const shown = new Map<string, F>();
  for (const file of files) {
    if (!SHOWN.test(file.name)) continue;
    const stem = stemOf(file.name);
    const before = shown.get(stem);
    if (!before || file.name < before.name) shown.set(stem, file);
  }
  const others = new Map<F, F[]>();
  const pictures: F[] = [];
  const films: F[] = [];
  for (const file of files) {
    const owner = RAW.test(file.name) || isFilm(file.name) ? shown.get(stemOf(file.name)) : undefined;
    if (owner) others.set(owner, [...(others.get(owner) ?? []), file]);
    else (isFilm(file.name) ? films : pictures).push(file);
  }
  return { pictures: pictures.map((file) => ({ file, others: (others.get(file) ?? []).sort(byName) })), films };
}

/** With its folder, without its extension. File systems of macOS take letters apart that others write as one. */
function stemOf(name: string): string {
  return name.replace(/\.[^./]*$/, '').normalize('NFC');
}

/** By code units, as files are listed. */
function byName({ name: a }: { readonly name: string }, { name: b }: { readonly name: string }): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
