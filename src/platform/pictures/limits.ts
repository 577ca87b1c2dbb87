/** Larger pictures are refused (sharp's own default, stated): 268 megapixels are 0.8 GB of memory. */
export const MAX_PIXELS = 0x3fff ** 2;
/** A picture built to be slow is given up. */
export const TIMEOUT_SECONDS = 60;
