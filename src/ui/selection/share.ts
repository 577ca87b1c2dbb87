import type { Item, Picture, PictureSource } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { versionsOf } from '../detail/file/picture-file.ts';

/** Whether the browser hands files to other programs: most do so on phones only. */
export function canShareFiles(): boolean {
  const probe = new File([], 'picture.jpg', { type: 'image/jpeg' });
  return navigator.canShare?.({ files: [probe] }) ?? false;
}

/** Hand the sharpest version of each picture to a program that the visitor chooses. */
export async function share(source: PictureSource, items: readonly Item[]): Promise<void> {
  const files: File[] = [];
  for (const item of items) {
    for await (const { picture, name } of versionsOf(source, item)) {
      files.push(await fileOf(picture, name));
      break;
    }
  }
  if (files.length === 0) throw new AfterimageError('picture-unavailable', 'none of these pictures is at hand.');
  if (!navigator.canShare({ files })) {
    throw new AfterimageError('picture-unavailable', 'the browser does not share so many, or such files.');
  }
  try {
    await navigator.share({ files });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) throw error; // the visitor changed their mind
  }
}

async function fileOf(picture: Picture, name: string): Promise<File> {
  if ('bytes' in picture) return new File([picture.bytes], name, { type: picture.type });
  const blob = await (await fetch(picture.url)).blob();
  return new File([blob], name, { type: blob.type });
}
