import { type DateSource, dateSourceOf, type Item } from '../../../engine/collection/types.ts';
import { formatDate } from '../../common/format.ts';

const SOURCES: Readonly<Record<DateSource, string>> = {
  'exif-original': 'when it was taken, as the camera says',
  'exif-digitised': 'when it was digitised',
  'exif-gps': 'when it was taken, by satellite',
  'exif-modified': 'when it was last edited',
  xmp: 'from its XMP data',
  iptc: 'from its IPTC data',
  'png-text': 'from its PNG data',
  'png-time': 'when it was last edited',
  file: 'when the file was last changed',
};

export interface DateFact {
  readonly name: string;
  readonly text: string;
  /** What it is the date of, as far as somebody says. */
  readonly source: string | undefined;
}

/** What is said of an item's date, and what it is called: that of the file is none of the picture. */
export function dateFact(item: Item): DateFact | undefined {
  if (item.date === null) return undefined;
  const source = dateSourceOf(item);
  return {
    name: source === 'file' ? "File's date" : 'Date',
    text: formatDate(item.date),
    source: source && SOURCES[source],
  };
}
