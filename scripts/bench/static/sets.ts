import { createSynthetic, type Synthetic } from '../synthetic/synthetic.ts';
import { type DataKind, DIM } from '../vectors/protocol.ts';

/** What is measured side by side. */
export const KINDS = ['cells', 'codes'] as const;
export type Kind = (typeof KINDS)[number];

const SEED = 1;

export const syntheticOf = (kind: DataKind): Synthetic =>
  createSynthetic({ seed: SEED, dim: DIM, isotropic: kind === 'isotropic' });
