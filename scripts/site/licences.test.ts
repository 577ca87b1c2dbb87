import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import type { WorkLicence } from '../../src/site/licences.ts';
import { MODELS_FOLDER, ROOT_FOLDER } from '../repository/folders.ts';

test.each([join(import.meta.dirname, 'credits.json'), join(MODELS_FOLDER, DEFAULT_MODEL, 'credits.json')])(
  'NOTICES names every work in %s',
  async (file) => {
    const notices = await readFile(join(ROOT_FOLDER, 'NOTICES'), 'utf8');
    const works = JSON.parse(await readFile(file, 'utf8')) as WorkLicence[];
    for (const { title, use, licence, attribution } of works) {
      expect(notices).toContain(`- ${title} (${use})\n  ${licence}. ${attribution}.\n`);
    }
  },
);
