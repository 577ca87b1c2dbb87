/** What image processors of Transformers take where a model's file says nothing, and the names of their values. */

export type Kind = 'clip' | 'siglip' | 'vit' | 'blip';

/** Kinds of image processors by `image_processor_type` or, before Transformers 4.26, `feature_extractor_type`. */
export const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^(?:Chinese)?CLIP(?:ImageProcessor|FeatureExtractor)(?:Fast|Pil)?$/, 'clip'],
  [/^Siglip(?:ImageProcessor|FeatureExtractor)(?:Fast|Pil)?$/, 'siglip'],
  [/^Blip(?:ImageProcessor|FeatureExtractor)(?:Fast|Pil)?$/, 'blip'],
  [/^ViT(?:ImageProcessor|FeatureExtractor)(?:Fast|Pil)?$/, 'vit'],
];

const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073];
const CLIP_STD = [0.26862954, 0.26130258, 0.27577711];
const HALF = [0.5, 0.5, 0.5];
const SQUEEZED = { size: { height: 224, width: 224 }, do_center_crop: false, image_mean: HALF, image_std: HALF };

/** Of `image_processing_clip.py`, `image_processing_siglip.py`, `image_processing_blip.py` and `image_processing_vit.py`. */
export const DEFAULTS: Readonly<Record<Kind, Readonly<Record<string, unknown>>>> = {
  clip: {
    size: { shortest_edge: 224 },
    crop_size: { height: 224, width: 224 },
    do_center_crop: true,
    image_mean: CLIP_MEAN,
    image_std: CLIP_STD,
  },
  siglip: SQUEEZED,
  blip: { size: { height: 384, width: 384 }, do_center_crop: false, image_mean: CLIP_MEAN, image_std: CLIP_STD },
  vit: { ...SQUEEZED, resample: 2 },
};

/** Pillow's numbers by the names that Pillow, torchvision and timm give them. */
export const RESAMPLINGS: ReadonlyMap<string, number> = new Map([
  ['nearest', 0],
  ['lanczos', 1],
  ['antialias', 1],
  ['linear', 2],
  ['bilinear', 2],
  ['cubic', 3],
  ['bicubic', 3],
]);
