/** What transformers computes with the fixture's model, which a reranker must compute on every host. */
import stored from './fixtures/random-blip-itm/reference.json' with { type: 'json' };

/** Written by scripts/train/smoke/random_blip_itm.py. */
interface Reference {
  readonly length: number;
  readonly pictures: readonly {
    readonly width: number;
    readonly height: number;
    readonly mean: number;
    readonly std: number;
    /** Channel, row, column, value. */
    readonly probes: readonly (readonly [number, number, number, number])[];
  }[];
  readonly texts: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly mask: readonly number[];
    /** By picture. */
    readonly matches: readonly number[];
  }[];
}

export const reference = stored as unknown as Reference;

/** Of the fixture's texts. */
export const RULES = { maxLength: 35, firstToken: null };
