import type { Steps } from '../../engine/async/steps.ts';
import { type NearSignatures, openNearSignatures } from '../../engine/similar/signature/near-signatures.ts';

export type OpenSignatures = (signatures: readonly (string | undefined)[]) => Steps<NearSignatures>;

export interface SignatureMemory {
  /** Makes signatures ready; the same ones again, as a slider asks for them, are ready at once. */
  readonly open: OpenSignatures;
  clear(): void;
}

export function createSignatureMemory(): SignatureMemory {
  let kept: { readonly signatures: readonly (string | undefined)[]; readonly near: NearSignatures } | undefined;
  return {
    *open(signatures) {
      if (kept && isSame(kept.signatures, signatures)) return kept.near;
      kept = undefined;
      const near = yield* openNearSignatures(signatures);
      kept = { signatures, near };
      return near;
    },
    clear() {
      kept = undefined;
    },
  };
}

function isSame(a: readonly (string | undefined)[], b: readonly (string | undefined)[]): boolean {
  return a.length === b.length && a.every((signature, i) => signature === b[i]);
}
