/** Browsers know no type for raw files, and some none for HEIC. */
export const ACCEPT = 'image/*,.heic,.heif,.dng,.cr2,.cr3,.nef,.arw,.raf,.orf,.rw2';

/** Whether files are dragged, and not text or a part of the page. */
export function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false;
}

/** The picture that is pasted; none where text is: office programs put a picture of the text beside it. */
export function pastedPicture({ clipboardData }: ClipboardEvent): File | undefined {
  if (clipboardData?.types.includes('text/plain')) return undefined;
  return [...(clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
}
