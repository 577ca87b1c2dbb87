/** A set of ids (16 hex digits), in some 12 to 24 bytes each: as texts, those of ten million pictures take a gigabyte. */
export interface IdSet {
  add(id: string): void;
  has(id: string): boolean;
}

const HALF = 8;
/** Places at first, and how full they may be. */
const [PLACES, FULL] = [1024, 0.7];

/** A table with open places: an id stands at the place that its digits name, or at the next free one. */
export function createIdSet(): IdSet {
  let table = createTable(PLACES);
  let size = 0;
  /** The id of zeros, which stands for a free place. */
  let hasZero = false;
  return {
    add(id) {
      const [high, low] = halvesOf(id);
      if (high === 0 && low === 0) {
        hasZero = true;
        return;
      }
      if (!table.put(high, low)) return;
      size++;
      if (size > FULL * table.places) table = table.larger();
    },
    has(id) {
      const [high, low] = halvesOf(id);
      return high === 0 && low === 0 ? hasZero : table.has(high, low);
    },
  };
}

interface Table {
  readonly places: number;
  /** @returns whether it was not there */
  put(high: number, low: number): boolean;
  has(high: number, low: number): boolean;
  larger(): Table;
}

/** @param places a power of two */
function createTable(places: number): Table {
  const [highs, lows] = [new Uint32Array(places), new Uint32Array(places)];
  /** Where it stands, or the free place where it would. */
  const find = (high: number, low: number): number => {
    let place = low & (places - 1);
    while ((highs[place] !== 0 || lows[place] !== 0) && (highs[place] !== high || lows[place] !== low)) {
      place = (place + 1) & (places - 1);
    }
    return place;
  };
  const has = (high: number, low: number) => {
    const place = find(high, low);
    return highs[place] === high && lows[place] === low;
  };
  return {
    places,
    has,
    put(high, low) {
      if (has(high, low)) return false;
      const place = find(high, low);
      [highs[place], lows[place]] = [high, low];
      return true;
    },
    larger() {
      const table = createTable(2 * places);
      for (let place = 0; place < places; place++) {
        const [high, low] = [highs[place] as number, lows[place] as number];
        if (high !== 0 || low !== 0) table.put(high, low);
      }
      return table;
    },
  };
}

function halvesOf(id: string): [number, number] {
  return [Number.parseInt(id.slice(0, HALF), 16), Number.parseInt(id.slice(HALF), 16)];
}
