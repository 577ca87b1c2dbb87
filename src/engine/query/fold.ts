/** Names that look alike are alike: macOS writes letters and their accents apart. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
