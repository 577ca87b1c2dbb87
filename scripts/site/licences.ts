import { existsSync } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Licences, PackageLicence, WorkLicence } from '../../src/site/licences.ts';
import { MODELS_FOLDER, ROOT_FOLDER } from '../repository/folders.ts';

/** In the service worker, which is bundled after everything else. */
const SERVICE_WORKER_PACKAGES = ['workbox-core', 'workbox-precaching', 'workbox-routing', 'workbox-strategies'];

/** Packages that are published without their licence file, with the copyright line of their repository. */
const COPYRIGHT: Readonly<Record<string, string>> = {
  'onnxruntime-common': 'Copyright (c) Microsoft Corporation',
  'onnxruntime-web': 'Copyright (c) Microsoft Corporation',
};

/** Texts that lie deeper in a package. */
const MORE_TEXTS: Readonly<Record<string, readonly string[]>> = { 'libheif-js': ['libheif-wasm/LICENSE'] };

/** The folder of the package that a module belongs to; undefined for our own and for virtual modules. */
export function packageFolder(moduleId: string): string | undefined {
  return /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(moduleId.replaceAll('\\', '/'))?.[1];
}

/** Licences of the packages in `folders`, of the models in `public/models` and of other works in the site. */
export async function collectLicences(folders: Iterable<string>): Promise<Licences> {
  const all = new Set([...folders, ...(await serviceWorkerFolders())]);
  const packages = new Map<string, PackageLicence>();
  for (const folder of all) {
    const found = await readPackage(folder);
    packages.set(`${found.name}@${found.version}`, found);
  }
  return {
    packages: [...packages.values()].sort((a, b) => a.name.localeCompare(b.name)),
    works: await readWorks(),
  };
}

/** The same for people, as the licences demand it: every package with the full text. */
export function describeLicences({ packages, works }: Licences): string {
  const rule = '='.repeat(78);
  const ofWorks = works.map((work) => `${work.title} (${work.use})\n  ${work.licence}. ${work.attribution ?? ''}`);
  const ofPackages = packages.map((entry) => {
    const title = [entry.name, entry.version, `(${entry.licence})`].join(' ');
    return [rule, title, entry.homepage ?? '', '', entry.text].join('\n');
  });
  return ['Third-party works in Afterimage', '', ...ofWorks, '', ...ofPackages, ''].join('\n');
}

async function serviceWorkerFolders(): Promise<string[]> {
  // The others are no dependencies of ours; they lie beside the one that is.
  const known = await realpath(join(ROOT_FOLDER, 'node_modules/workbox-precaching'));
  return SERVICE_WORKER_PACKAGES.map((name) => join(dirname(known), name)).filter((folder) => existsSync(folder));
}

async function readPackage(folder: string): Promise<PackageLicence> {
  const description = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
    homepage?: string;
  };
  const files = (await readdir(folder)).filter((name) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(name)).sort();
  const names = [...files, ...(MORE_TEXTS[description.name] ?? [])];
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const licence = description.license ?? 'unknown';
  return {
    name: description.name,
    version: description.version,
    licence,
    homepage: description.homepage ?? null,
    text: texts.map((text) => text.trim()).join('\n\n') || (await missingText(description.name, licence)),
  };
}

async function missingText(name: string, licence: string): Promise<string> {
  const copyright = COPYRIGHT[name];
  if (licence !== 'MIT' || !copyright) return `The package has no licence file; it is published under ${licence}.`;
  const ours = await readFile(join(ROOT_FOLDER, 'LICENSE'), 'utf8');
  return ours.replace(/^Copyright .*$/m, copyright).trim();
}

async function readWorks(): Promise<WorkLicence[]> {
  const models = await readdir(MODELS_FOLDER).catch(() => []);
  const ofModels = await Promise.all(models.sort().map((id) => readModelWorks(join(MODELS_FOLDER, id))));
  return [...(await readCredits(import.meta.dirname)), ...ofModels.flat()];
}

/** `credits.json` of a model where it has one, else what its `model.json` says. */
async function readModelWorks(folder: string): Promise<WorkLicence[]> {
  const credits = await readCredits(folder);
  if (credits.length > 0) return credits;
  const text = await readFile(join(folder, 'model.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  const model = JSON.parse(text) as { title: string; licence: string | null; source: string | null };
  return [{ title: model.title, use: 'weights', licence: model.licence ?? 'unknown', attribution: model.source }];
}

async function readCredits(folder: string): Promise<WorkLicence[]> {
  const text = await readFile(join(folder, 'credits.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as WorkLicence[];
}
