import type { ErrorCode } from '../../engine/errors.ts';

/** What a visitor can do about an error. */
export interface Remedy {
  /** One or two sentences. */
  readonly advice: string;
  /** Whether loading the page again is the first thing to try: the message gets a button for it. */
  readonly reload?: true;
}

const DAMAGED: Remedy = {
  advice: 'Reload the page. If that does not help, whoever runs this site has to publish the files again.',
  reload: true,
};
const OTHER_MODEL: Remedy = {
  advice: 'Choose another collection: whoever runs this site has to build this one again.',
};
const AWAY: Remedy = { advice: 'Try again in a while, or choose another collection.' };
const TOO_LARGE: Remedy = { advice: 'Close other tabs, or choose a smaller collection.' };

/**
 * By code, for errors whose message only says what happened, because command-line users read it too: their remedies are
 * in `scripts/cli/remedies.ts`. Messages of other codes say by themselves what to do.
 */
const REMEDIES: { readonly [Code in ErrorCode]?: Remedy } = {
  'collection-not-found': { advice: 'Choose another collection.' },
  'collection-version': {
    advice: 'Reload the page to get the newest Afterimage. If that does not help, choose another collection.',
    reload: true,
  },
  'collection-invalid': DAMAGED,
  'collection-model-mismatch': OTHER_MODEL,
  'dimension-mismatch': OTHER_MODEL,
  'collection-too-large': TOO_LARGE,
  'index-too-large': TOO_LARGE,
  'part-missing': DAMAGED,
  'part-corrupt': DAMAGED,
  'index-corrupt': DAMAGED,
  'model-not-found': DAMAGED,
  'model-invalid': DAMAGED,
  'remote-away': AWAY,
  'remote-mismatch': AWAY,
  'remote-not-found': AWAY,
  'remote-outdated': AWAY,
  'remote-refused': AWAY,
  'remote-version': AWAY,
};

export function remedyFor(code: ErrorCode): Remedy | undefined {
  return REMEDIES[code];
}
