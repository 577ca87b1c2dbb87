/** Folders that are no pictures of anybody's, as patterns of gitignore(5); upper and lower case are the same. */

/** Bins, snapshots and thumbnails of operating systems and storage boxes, and what unpacking leaves. */
export const SYSTEM_FOLDERS: readonly string[] = [
  // Synology: thumbnails, bin, snapshots
  '@eaDir/',
  '\\#recycle/',
  '\\#snapshot/',
  '@tmp/',
  // QNAP: bin, snapshots, thumbnails
  '@Recycle/',
  '@Recently-Snapshot/',
  '@__thumb/',
  // NetApp
  '~snapshot/',
  // Nextcloud's data folder: bin, versions, previews
  'files_trashbin/',
  'files_versions/',
  '**/appdata_*/preview/',
  // Windows
  '$RECYCLE.BIN/',
  'RECYCLER/',
  'System Volume Information/',
  'found.[0-9][0-9][0-9]/',
  // Linux, Android: what a check of the file system found
  'lost+found/',
  'LOST.DIR/',
  // macOS: metadata in archives, bin of file servers
  '__MACOSX/',
  'Network Trash Folder/',
];

/** Photo libraries that are folders: the originals are in one folder, what was made of them in the others. */
export const LIBRARIES: readonly string[] = [
  '*.photoslibrary',
  '*.photolibrary',
  '*.migratedphotolibrary',
  '*.aplibrary',
];

/** Previews and thumbnails that photo programs make. */
export const DERIVED: readonly string[] = [
  ...LIBRARIES.flatMap((library) => [`**/${library}/*`, `!**/${library}/originals/`, `!**/${library}/masters/`]),
  // Lightroom Classic and its cloud version, which has a folder for each account
  '*.lrdata/',
  '**/*.lrlibrary/*/*',
  '!**/*.lrlibrary/*/originals/',
  // Capture One's sessions and catalogues
  '**/CaptureOne/Cache/',
  '**/*.cocatalog/Cache/',
];
