import sharp, { type Sharp } from 'sharp';

interface Original {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Its place among the pictures: which side or corner is cut off goes round by it. */
  readonly index: number;
}

/** A copy of a picture, to be read as pixels. */
type Make = (original: Original) => Sharp | Promise<Sharp>;

export interface Variant {
  readonly name: string;
  /** `same`: has to be found. `reported`: nobody promises either; it is only said how many are. */
  readonly is: 'same' | 'reported';
  readonly make: Make;
}

const same = (name: string, make: Make): Variant => ({ name, is: 'same', make });
const reported = (name: string, make: Make): Variant => ({ name, is: 'reported', make });

/** Parts that are cut off. */
const CROPS = [0.02, 0.05, 0.08, 0.1];
const percent = (part: number) => `${Math.round(100 * part)} %`;

/** Copies as they come about when pictures are sent, shared and edited. */
export const VARIANTS: readonly Variant[] = [
  ...[30, 50, 75, 95].map((quality) => same(`JPEG q${quality}`, ({ bytes }) => sharp(bytes).jpeg({ quality }))),
  ...[50, 80].map((quality) => same(`WebP q${quality}`, ({ bytes }) => sharp(bytes).webp({ quality }))),
  ...[0.25, 0.5, 2].map((scale) => same(`${scale} × as large`, resized(scale))),
  ...CROPS.map((part) => same(`cropped ${percent(part)}, half of it on either side`, cropped(middle(part)))),
  ...CROPS.map((part) => same(`cropped ${percent(part)} on one side`, cropped(side(part)))),
  ...CROPS.map((part) => same(`cropped ${percent(part)} from one corner`, cropped(corner(part)))),
  ...CROPS.map((part) => same(`cropped ${percent(part)} on each side`, cropped(middle(2 * part)))),
  same('brighter', ({ bytes }) => lossy(sharp(bytes).linear(1.15, 10))),
  same('darker', ({ bytes }) => lossy(sharp(bytes).linear(0.8, -5))),
  same('more contrast', ({ bytes }) => lossy(sharp(bytes).linear(1.3, -38))),
  same('less contrast', ({ bytes }) => lossy(sharp(bytes).linear(0.75, 32))),
  same('less colour', ({ bytes }) => lossy(sharp(bytes).modulate({ saturation: 0.3 }))),
  same('warmer', ({ bytes }) => lossy(sharp(bytes).linear([1.08, 1, 0.9], [4, 0, -4]))),
  same('grey', ({ bytes }) => lossy(sharp(bytes).greyscale())),
  same('white border of 2 %', bordered('white')),
  same('black border of 2 %', bordered('black')),
  same('small mark in a corner', marked),
  reported('turned 1°', turned(1)),
  reported('turned 2°', turned(2)),
  reported('mirrored', ({ bytes }) => lossy(sharp(bytes).flop())),
];

/** As copies are mostly stored. */
function lossy(image: Sharp): Sharp {
  return image.jpeg({ quality: 85 });
}

function resized(scale: number): Make {
  return ({ bytes, width }) => lossy(sharp(bytes).resize(Math.max(1, Math.round(scale * width))));
}

/** Parts that are cut off on the left and in all, of width and of height. */
type Cut = (index: number) => { readonly x: readonly [number, number]; readonly y: readonly [number, number] };

function middle(part: number): Cut {
  return () => ({ x: [part / 2, part], y: [part / 2, part] });
}

function side(part: number): Cut {
  return (index) => {
    const cut = [index % 4 < 2 ? part : 0, part] as const;
    const none = [0, 0] as const;
    return index % 2 === 0 ? { x: cut, y: none } : { x: none, y: cut };
  };
}

function corner(part: number): Cut {
  return (index) => ({ x: [index % 2 === 0 ? part : 0, part], y: [index % 4 < 2 ? part : 0, part] });
}

function cropped(cut: Cut): Make {
  return ({ bytes, width, height, index }) => {
    const { x, y } = cut(index);
    const within = (side: number, part: number) => Math.max(1, Math.round((1 - part) * side));
    const size = { width: within(width, x[1]), height: within(height, y[1]) };
    const left = Math.min(width - size.width, Math.round(x[0] * width));
    const top = Math.min(height - size.height, Math.round(y[0] * height));
    return lossy(sharp(bytes).extract({ left, top, ...size }));
  };
}

function bordered(background: string): Make {
  return ({ bytes, width, height }) => {
    const wide = Math.max(1, Math.round(0.02 * Math.min(width, height)));
    return lossy(sharp(bytes).extend({ top: wide, bottom: wide, left: wide, right: wide, background }));
  };
}

/** A half transparent mark, an eighth of each side, near the lower right corner. */
function marked({ bytes, width, height }: Original): Sharp {
  const [wide, high] = [Math.max(1, Math.round(width / 8)), Math.max(1, Math.round(height / 8))];
  const mark = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" viewBox="0 0 8 8" preserveAspectRatio="none">
      <path d="M1 7 4 1 7 7H5L4 5 3 7Z" fill="white" fill-opacity="0.7"/></svg>`,
  );
  const [left, top] = [width - wide - Math.round(width / 40), height - high - Math.round(height / 40)];
  return lossy(sharp(bytes).composite([{ input: mark, left: Math.max(0, left), top: Math.max(0, top) }]));
}

/** Turned, and the largest upright rectangle of the same proportions that is left. */
function turned(degrees: number): Make {
  return async ({ bytes, width, height }) => {
    const { data, info } = await sharp(bytes).rotate(degrees).png().toBuffer({ resolveWithObject: true });
    const angle = (degrees * Math.PI) / 180;
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    const scale = 1 / Math.max(cos + (height / width) * sin, cos + (width / height) * sin);
    const [wide, high] = [Math.floor(scale * width), Math.floor(scale * height)];
    const at = { left: Math.round((info.width - wide) / 2), top: Math.round((info.height - high) / 2) };
    return lossy(sharp(data).extract({ ...at, width: wide, height: high }));
  };
}
