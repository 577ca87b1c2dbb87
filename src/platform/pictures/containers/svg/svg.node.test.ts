import { describe, expect, test } from 'vitest';
import { COLOURS, expectQuarters, quartersOf, type Rgb, shown, testDecoder } from '../../testing-pictures.node.ts';

describe('SVG', () => {
  const square = '<rect width="32" height="32" fill="#dc2828"/>';
  const namespace = 'xmlns="http://www.w3.org/2000/svg"';
  const svg = (attributes: string, body = square) => `<svg ${namespace} ${attributes}>${body}</svg>`;
  const sizeOf = async (text: string | Uint8Array) => {
    const { width, height, preview } = await testDecoder.decode(Buffer.from(text), 'a.svg');
    return {
      size: [width, height],
      preview: [(preview as { width: number }).width, (preview as { height: number }).height],
    };
  };

  test.each<[string, string, [number, number]]>([
    ['no size', '', [300, 150]],
    ['auto', 'width="auto" height="auto"', [300, 150]],
    ['shares of the page', 'width="100%" height="100%" viewBox="0 0 40 20"', [40, 20]],
    ['one size', 'width="60"', [60, 150]],
    ['one size and a viewBox', 'height="60" viewBox="0 0 20 10"', [120, 60]],
    ['a style', 'width="1" style="fill:red; width: 2in; height:1in"', [192, 96]],
    ['a viewBox in large units', 'viewBox="0 0 1000000 500000"', [1024, 512]],
    ['millions of pixels', 'width="2000000" height="1000000"', [2_000_000, 1_000_000]],
    ['more than there is', 'width="1e200" height="1e200"', [1e9, 1e9]],
  ])('%s', async (_, attributes, size) => {
    const { preview, size: own } = await sizeOf(svg(attributes));
    expect(own).toEqual(size);
    expect(Math.max(...preview)).toBe(1024);
    expect((preview[0] as number) / (preview[1] as number)).toBeCloseTo(size[0] / size[1], 1);
  });

  const drawing =
    '<rect width="48" height="32" fill="#dc2828"/><rect x="48" width="48" height="32" fill="#28b43c"/>' +
    '<rect y="32" width="48" height="32" fill="#3250c8"/><rect x="48" y="32" width="48" height="32" fill="#c8c8c8"/>';

  test('without a size the drawing is in the corner; in large units it is all there', async () => {
    const { data } = await shown(await testDecoder.decode(Buffer.from(svg('', drawing)), 'a.svg'));
    for (const colour of COLOURS) expect(shareOf(data, colour)).toBeGreaterThan(0.02);
    const large = svg('viewBox="0 0 100000 66666.7"', `<g transform="scale(1041.67)">${drawing}</g>`);
    await expectQuarters(Buffer.from(large), 'a.svg', COLOURS);
  });

  test('UTF-16, Latin-1, comments and a document type before the drawing', async () => {
    const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`;
    const text = svg('width="10" height="10"');
    const little = Buffer.from(`\uFEFF${declared('UTF-16')}${text}`, 'utf16le');
    const latin = Buffer.from(
      `${declared('ISO-8859-1')}${svg('width="10" height="10"', `<title>é</title>${square}`)}`,
      'latin1',
    );
    const doctype = '<!DOCTYPE svg [<!ENTITY red "#dc2828"><!ENTITY x "> <svg">]>';
    const entity = `${declared('utf-8')}<!-- <svg ${'x'.repeat(3000)} -->${doctype}${svg('width="10" height="10"', '<rect width="32" height="32" fill="&red;"/>')}`;
    for (const bytes of [little, Buffer.from(little).swap16(), latin, Buffer.from(entity)]) {
      const picture = await testDecoder.decode(bytes, 'a.svg');
      expect(picture).toMatchObject({ width: 10, height: 10 });
      const [red, green] = (await quartersOf(picture))[0];
      expect(red - green).toBeGreaterThan(170);
    }
  });
});

/** The share of pixels close to a colour. */
function shareOf(data: Uint8Array, colour: Rgb): number {
  let count = 0;
  for (let i = 0; i < data.length; i += 3) {
    if (colour.every((value, channel) => Math.abs((data[i + channel] ?? 0) - value) <= 12)) count++;
  }
  return (3 * count) / data.length;
}
