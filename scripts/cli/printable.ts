/** Longer names are cut: a log line is for looking at. */
const MAX_TEXT = 300;

/**
 * Text as one line of a terminal, at most 300 characters of it. File names are untrusted: control characters would reach
 * the terminal, and a line break would forge a line of ours.
 */
export function printable(text: string): string {
  const visible = escapeControls(text);
  return visible.length > MAX_TEXT ? `${visible.slice(0, MAX_TEXT)}…` : visible;
}

/** The same, whole: for messages, which say last what to do. */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same of text that has several lines, such as a stack. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeControls).join('\n');
}
