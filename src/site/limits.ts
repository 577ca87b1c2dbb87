/** Collections whose pictures take more are not kept as a whole in a visitor's browser, only what was looked at. */
export const KEEP_LIMIT_BYTES = 64 * 1024 * 1024;
