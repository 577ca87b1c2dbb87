/** What `<input type="file">` may offer: the browser knows no type for raw files, and some for none of HEIC. */
export const ACCEPT = 'image/*,.heic,.heif,.dng,.cr2,.cr3,.nef,.arw,.raf,.orf,.rw2';

/** Whether files are dragged, and not text or a part of the page. */
export function hasFiles(data: DataTransfer | null): data is DataTransfer {
  return data?.types.includes('Files') ?? false;
}

/**
 * Pictures that are pasted; none where text goes into a field: office programs put a picture of the text beside it.
 */
export function takePasted({ clipboardData, target }: ClipboardEvent): File[] {
  const files = [...(clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
  const isField = target instanceof Element && target.closest('input, textarea, [contenteditable]') !== null;
  return isField && clipboardData?.types.includes('text/plain') ? [] : files;
}
