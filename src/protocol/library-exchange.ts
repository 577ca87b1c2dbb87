/** What an exported library is called where it is put up as a collection of a site, and how it is written. */
export interface LibraryExportOptions {
  /** Of the collection: letters, digits, `-` and `_`; the folder in the file has it. */
  readonly name: string;
  /** Shown to people. */
  readonly title: string;
  /**
   * `f32`: vectors as they are, so that nothing is lost where it is imported. `int8`: a quarter of that, for a collection that
   * visitors load; imported, its vectors are as near as those of every other collection.
   */
  readonly vectors: 'f32' | 'int8';
  /** Say where pictures were taken, as far as they do; not for what is made public. */
  readonly withPlaces: boolean;
  /** Albums and saved searches too; not in what is made public. */
  readonly withAlbums?: boolean;
}

/** What became of an imported library. */
export interface LibraryImport {
  /** Pictures that were not in the library. */
  readonly added: number;
  /** Pictures that were: they keep what is known of them, and are found at what the file says too. */
  readonly known: number;
  /** Albums that are new or have more pictures. */
  readonly albums: number;
}
