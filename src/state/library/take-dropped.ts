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
