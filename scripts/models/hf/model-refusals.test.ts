/** Model folders that cannot be used: one line that says what it is and what to do, and nothing is left of them. */
import { readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addModel } from '../add-model.ts';
import {
  type Change,
  copyOf,
  LFS_POINTER,
  type ModelWorkplace,
  modelWorkplace,
  preprocessor,
  putWeightsBeside,
  SIGN_IN,
  TEXT_TOWER,
  VISION_TOWER,
} from './testing.ts';

let place: ModelWorkplace;
beforeAll(async () => {
  place = await modelWorkplace();
});
afterAll(() => place.remove());

const put = (path: string, text: string) => (folder: string) => writeFile(join(folder, path), text);
const half = (path: string) => async (folder: string) => {
  await truncate(join(folder, path), Math.floor((await readFile(join(folder, path))).length / 2));
};

const refused: [string, Change, RegExp][] = [
  [
    'Git LFS pointers',
    put(TEXT_TOWER, LFS_POINTER),
    /its onnx\/text_model\.onnx is a Git LFS pointer.* \(of 254058553 bytes\): .*git lfs pull/,
  ],
  ['a pointer for a tokenizer', put('tokenizer.json', LFS_POINTER), /its tokenizer\.json is a Git LFS pointer/],
  ['a sign-in page', put(TEXT_TOWER, SIGN_IN), /its onnx\/text_model\.onnx is a web page/],
  ['a page for config.json', put('config.json', ` \n<html>${SIGN_IN}`), /its config\.json is a web page/],
  [
    'a server’s answer',
    put(VISION_TOWER, 'Entry not found'),
    /its onnx\/vision_model\.onnx is text \(“Entry not found”\)/,
  ],
  [
    'an error in JSON',
    put('preprocessor_config.json', '{"error":"Repository not found"}'),
    /its preprocessor_config\.json is an error message/,
  ],
  ['an empty tower', put(TEXT_TOWER, ''), /its onnx\/text_model\.onnx is empty/],
  ['half a tower', half(VISION_TOWER), /its onnx\/vision_model\.onnx is cut short after \d+ bytes of \d+/],
  ['half a tokenizer', half('tokenizer.json'), /its tokenizer\.json is cut short after \d+ characters/],
  [
    'an unfinished download',
    (folder) => rename(join(folder, TEXT_TOWER), join(folder, `${TEXT_TOWER}.incomplete`)),
    /its onnx\/text_model\.onnx is downloaded by half \(text_model\.onnx\.incomplete\): finish/,
  ],
  [
    'a link of a cache to nothing',
    async (folder) => {
      await rm(join(folder, TEXT_TOWER));
      await symlink('../blobs/0', join(folder, TEXT_TOWER));
    },
    /it has no onnx\/text_model\.onnx.*is a link to nothing/,
  ],
  [
    'towers beside the folder onnx',
    (folder) => rename(join(folder, TEXT_TOWER), join(folder, 'text_model.onnx')),
    /lies beside onnx\/ in place of in it/,
  ],
  ['a tower that is no ONNX', put(TEXT_TOWER, 'x'), /its onnx\/text_model\.onnx is text/],
  [
    'weights that are not there',
    async (folder) => {
      await putWeightsBeside(folder, TEXT_TOWER, 'text.bin');
      await rm(join(folder, 'onnx/text.bin'));
    },
    /its onnx\/text_model\.onnx has its weights in onnx\/text\.bin, which is not there: download it/,
  ],
  [
    'half of the weights',
    async (folder) => {
      await putWeightsBeside(folder, VISION_TOWER, 'vision.bin');
      await half('onnx/vision.bin')(folder);
    },
    /its weights are not whole: vision\.bin has \d+ bytes, and the graph needs \d+ or more/,
  ],
  [
    'a pointer for weights',
    async (folder) => {
      await putWeightsBeside(folder, VISION_TOWER, 'vision.onnx.data');
      await writeFile(join(folder, 'onnx/vision.onnx.data'), LFS_POINTER);
    },
    /has its weights in onnx\/vision\.onnx\.data, which is a Git LFS pointer/,
  ],
  [
    'weights outside the folder',
    (folder) => putWeightsBeside(folder, TEXT_TOWER, '../../outside.bin'),
    /says that its weights are in “\.\.\/\.\.\/outside\.bin”, outside the folder/,
  ],
  [
    'no tokenizer at all',
    (folder) => rm(join(folder, 'tokenizer.json')),
    /it has no tokenizer\.json, nor vocab\.json with merges\.txt/,
  ],
  [
    'no tokenizer_config.json where padding is seen',
    (folder) => rm(join(folder, 'tokenizer_config.json')),
    /it has no tokenizer_config\.json, which says .*: download it/,
  ],
  ['a tokenizer of nothing', put('tokenizer.json', '{}'), /its tokenizer\.json describes no tokenizer/],
  [
    'no image processor',
    (folder) => rm(join(folder, 'preprocessor_config.json')),
    /it has no preprocessor_config\.json/,
  ],
  ['an unknown resampling', preprocessor({ resample: 'nonsense' }), /resample is "nonsense"/],
  ['another picture size than the tower takes', preprocessor({ size: 16, crop_size: 16 }), /does not run on 16 × 16/],
];

test.each(refused)('%s: one line, and nothing is left', async (_, change, reason) => {
  const before = (await readdir(place.modelsFolder)).sort();
  await expect(place.add(change)).rejects.toMatchObject({
    code: 'model-invalid',
    message: expect.stringMatching(reason),
  });
  await expect(place.add(change)).rejects.toThrow(/^[^\n]{1,400}$/);
  expect((await readdir(place.modelsFolder)).sort()).toEqual(before);
});

test('a model that was there stays where its new version cannot be used', async () => {
  const { work, modelsFolder } = place;
  const { id } = await place.add(async () => {});
  const folder = await copyOf(join(work, 'base'), join(work, 'stays'));
  await preprocessor({ size: 16, crop_size: 16 })(folder);
  const before = await readdir(join(modelsFolder, id), { recursive: true });
  await expect(addModel({ folder, modelsFolder, id })).rejects.toMatchObject({ code: 'model-invalid' });
  expect(await readdir(join(modelsFolder, id), { recursive: true })).toEqual(before);
  expect(await readdir(place.modelsFolder)).not.toContain(`.${id}.partial`);
});
