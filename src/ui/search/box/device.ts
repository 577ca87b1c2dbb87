/** The focus in a field brings no keyboard onto the screen. */
export const hasKeyboard = () => matchMedia('(hover: hover) and (pointer: fine)').matches;

/**
 * What is being composed is no query, as it is not written yet. But keyboards on the screen compose every word of every
 * language: there, results follow what is composed, which counts as a search when it is confirmed (commit.ts).
 */
export const composesWords = () => matchMedia('(pointer: coarse)').matches;
