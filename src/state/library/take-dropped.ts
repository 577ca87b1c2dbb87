/** What `<input type="file">` may offer: the browser knows no type for raw files, and some for none of HEIC. */
export const ACCEPT = 'image/*,.heic,.heif,.dng,.cr2,.cr3,.nef,.arw,.raf,.orf,.rw2';

/** One thing that was dropped. The browser takes its data away after the event, but not what was taken from them. */
export interface Dropped {
  /** Where the browser gives one: it can be read on later visits too. */
  readonly handle: Promise<FileSystemHandle | null> | undefined;
  readonly entry: FileSystemEntry | null;
  readonly file: File | null;
}

/** Of Chromium. */
interface GivesHandles {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

/** Whether files are dragged, and not text or a part of the page. */
export function hasFiles(data: DataTransfer | null): data is DataTransfer {
  return data?.types.includes('Files') ?? false;
}

/** To be called while the event is handled. */
export function takeDropped(data: DataTransfer): Dropped[] {
  return [...data.items]
    .filter(({ kind }) => kind === 'file')
    .map((item: DataTransferItem & GivesHandles) => ({
      handle: item.getAsFileSystemHandle?.(),
      entry: item.webkitGetAsEntry?.() ?? null,
      file: item.getAsFile(),
    }));
}

/**
 * Pictures that are pasted; none where text goes into a field: office programs put a picture of the text beside it.
 */
export function takePasted({ clipboardData, target }: ClipboardEvent): File[] {
  const files = [...(clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
  const isField = target instanceof Element && target.closest('input, textarea, [contenteditable]') !== null;
  return isField && clipboardData?.types.includes('text/plain') ? [] : files;
}
