import type { Chance } from './chance.ts';

/** What became of a picture file. */
export type State =
  | 'whole'
  | 'copy'
  | 'wrong extension'
  | 'cut'
  | 'zeros'
  | 'changed'
  | 'empty'
  | 'text'
  | 'page'
  | 'pointer'
  | 'archive'
  | 'noise'
  | 'not a picture';

/** Of a hundred files. */
export const STATES: readonly { readonly state: State; readonly weight: number }[] = [
  { state: 'whole', weight: 71 },
  { state: 'copy', weight: 4 },
  { state: 'wrong extension', weight: 3 },
  { state: 'cut', weight: 6 },
  { state: 'zeros', weight: 4 },
  { state: 'changed', weight: 6 },
  { state: 'empty', weight: 0.8 },
  { state: 'text', weight: 0.8 },
  { state: 'page', weight: 0.8 },
  { state: 'pointer', weight: 0.8 },
  { state: 'archive', weight: 0.4 },
  { state: 'noise', weight: 0.4 },
  { state: 'not a picture', weight: 2 },
];

/** Of these every pixel is there, and so they must be in the collection. */
export const WHOLE: ReadonlySet<State> = new Set(['whole', 'copy', 'wrong extension']);
/** Something of the picture may be left. */
export const DAMAGED: ReadonlySet<State> = new Set(['cut', 'zeros', 'changed']);

export interface Content {
  readonly bytes: Uint8Array;
  /** The first byte that is not what it was, if any. */
  readonly hit: number;
}

const MAX_CHANGED = 8;

/** The file in this state. */
export function damaged(bytes: Uint8Array, state: State, chance: Chance): Content {
  switch (state) {
    case 'cut': {
      const hit = 1 + chance.whole(bytes.length - 1);
      return { bytes: bytes.subarray(0, hit), hit };
    }
    case 'zeros': {
      const hit = chance.whole(bytes.length);
      return { bytes: Uint8Array.from(bytes).fill(0, hit), hit };
    }
    case 'changed':
      return changed(bytes, chance);
    default:
      return { bytes: otherContent(state, chance) ?? bytes, hit: 0 };
  }
}

function changed(bytes: Uint8Array, chance: Chance): Content {
  const copy = Uint8Array.from(bytes);
  let hit = bytes.length;
  for (let i = 1 + chance.whole(MAX_CHANGED); i > 0; i--) {
    const at = chance.whole(copy.length);
    copy[at] = (copy[at] as number) ^ (1 + chance.whole(255));
    hit = Math.min(hit, at);
  }
  return { bytes: copy, hit };
}

const PAGES = [
  '<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n',
  '<html>\n<head><title>Sign in</title></head>\n<body><p>Please sign in.</p></body>\n</html>\n',
  '<!doctype html><html><body><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg></body></html>',
  '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
];
const TEXTS = [
  'This is no picture.\n',
  '{"error":"not found"}',
  'GIF is a format of pictures.',
  'a,b,c\n1,2,3\n',
  '\n',
];

function otherContent(state: State, chance: Chance): Uint8Array | undefined {
  switch (state) {
    case 'empty':
      return new Uint8Array();
    case 'text':
    case 'not a picture':
      return Buffer.from(chance.pick(TEXTS));
    case 'page':
      return Buffer.from(chance.pick(PAGES));
    case 'pointer': {
      const hash = Buffer.from(noise(32, chance)).toString('hex');
      const [size, version] = [chance.whole(1e7), 'https://git-lfs.github.com/spec/v1'];
      return Buffer.from(`version ${version}\noid sha256:${hash}\nsize ${size}\n`);
    }
    case 'archive':
      return Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\b\0', 'latin1'), noise(300, chance)]);
    case 'noise':
      return noise(200 + chance.whole(2000), chance);
    default:
      return undefined;
  }
}

function noise(length: number, chance: Chance): Uint8Array {
  return Uint8Array.from({ length }, () => chance.whole(256));
}
