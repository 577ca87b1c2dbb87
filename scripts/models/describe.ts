/** What `pnpm models` says of models, as lines. */
import type { Dtype } from '../../src/engine/model/model.ts';
import type { RerankerManifest } from '../../src/engine/model/reranker.ts';
import type { Installed } from './installed.ts';
import type { Preprocessing } from './layouts/open-clip.ts';
import { filesToPull, pageOf, placeOf, type RegistryEntry, type RegistryFile } from './registry/registry.ts';

export function megabytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** What is said of a model that is here. */
export interface Here extends Pick<Installed, 'bytes'> {
  readonly manifest: Pick<Installed['manifest'], 'id' | 'licence'>;
}

export function asInstalled(manifest: RerankerManifest): Here {
  return { manifest, bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0) };
}

/** One model a line, those of the registry first. */
export function listLines(
  registry: readonly RegistryEntry[],
  installed: readonly Here[],
  rerankers: readonly Here[] = [],
): string[] {
  const here = new Map([...installed, ...rerankers].map((model) => [model.manifest.id, model]));
  const known = registry.map((entry) => {
    const model = here.get(entry.id);
    here.delete(entry.id);
    const there = entry.exportedBy === undefined ? downloadSize(filesToPull(entry, [])) : 'to be exported';
    const size = model ? `here, ${megabytes(model.bytes)}` : there;
    return line(entry.id, size, `${entry.for}; ${entry.licence.name}`);
  });
  const others = [...here.values()].map(({ manifest, bytes }) => {
    return line(manifest.id, `here, ${megabytes(bytes)}`, manifest.licence ?? 'licence not stated');
  });
  return [...known, ...others];
}

function line(id: string, size: string, rest: string): string {
  return `${id.padEnd(28)} ${size.padEnd(18)} ${rest}`;
}

/** What of some files is known of their size. */
function downloadSize(files: readonly RegistryFile[]): string {
  const sum = files.reduce((all, { bytes }) => all + (bytes ?? 0), 0);
  const unknown = files.some(({ bytes, dtype }) => bytes === null && dtype !== undefined);
  if (sum === 0) return 'size not known';
  return `${unknown ? 'over ' : ''}${megabytes(sum)}`;
}

export function infoLines(entry: RegistryEntry, dtypes: readonly Dtype[]): string[] {
  const { licence, text } = entry;
  const pulled = new Set(filesToPull(entry, dtypes).map(placeOf));
  return [
    `${entry.title} (${entry.id})`,
    `For ${entry.for}.`,
    '',
    `Licence       ${licence.name}; commercial use: ${licence.commercial ? 'yes' : 'no'}`,
    `Languages     ${entry.languages.join(', ')}`,
    `Source        ${pageOf(entry)}, revision ${entry.revision}`,
    `Weights of    ${entry.original}`,
    entry.kind === 'reranker'
      ? 'Vectors       none: it looks at results again'
      : `Vectors       ${entry.dim} dimensions`,
    `Pictures      ${entry.imageSize} px: ${picturesLine(entry.preprocessing)}`,
    `Texts         ${text.length} tokens at most; padding: ${text.padding}${text.padToken === undefined ? '' : ` with “${text.padToken}”`}; ${text.lowercase ? 'case does not matter' : 'case is kept'}`,
    ...entry.quality.map(({ measure, value, source }) => `Quality       ${measure}: ${value} (${source})`),
    ...(entry.notes ? [`Notes         ${entry.notes}`] : []),
    '',
    entry.exportedBy === undefined
      ? 'Files (* those that are pulled)'
      : `Files, of which ${entry.exportedBy} makes ONNX: nobody publishes that`,
    ...entry.files.map((file) => fileLine(file, pulled.has(placeOf(file)))),
    '',
    ...(entry.unverified.length > 0
      ? ['Not verified by anybody:', ...entry.unverified.map((what) => `  ${what}`)]
      : ['All of it was verified.']),
  ];
}

/** A picture's way to the tower, in words. */
function picturesLine({ resize, interpolation, mean, std }: Preprocessing): string {
  const form = resize === 'squash' ? 'squeezed into the square' : 'shortest side to that, then the middle square';
  return `${form}, ${interpolation}; mean ${mean.join(', ')}; deviation ${std.join(', ')}`;
}

function fileLine(file: RegistryFile, isPulled: boolean): string {
  const size = file.bytes === null ? 'size not known' : megabytes(file.bytes);
  const hash = file.sha256 === null ? 'hash not known' : `SHA-256 ${file.sha256.slice(0, 16)}…`;
  return `${isPulled ? '*' : ' '} ${placeOf(file).padEnd(36)} ${size.padEnd(15)} ${hash}`;
}
