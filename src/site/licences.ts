/** A package whose code is in the site. */
export interface PackageLicence {
  readonly name: string;
  readonly version: string;
  /** SPDX expression of its package.json. */
  readonly licence: string;
  readonly homepage: string | null;
  /** The text of its licence and notice files. */
  readonly text: string;
}

/** A work that is not code: pictures, names, training data, weights. */
export interface WorkLicence {
  readonly title: string;
  /** What it is here: `weights`, `training data`, `pictures` … */
  readonly use: string;
  readonly licence: string;
  /** Whom to name, and where it comes from. */
  readonly attribution: string | null;
}

/** `licences.json`, written by the build from what is really in it. */
export interface Licences {
  readonly packages: readonly PackageLicence[];
  readonly works: readonly WorkLicence[];
}

/** Rejects where there is no build (`pnpm dev`) or, before it is kept, no network. */
export async function loadLicences(baseUrl: string): Promise<Licences> {
  const response = await fetch(new URL('licences.json', baseUrl));
  if (!response.ok) throw new Error(`licences.json answered with ${response.status}.`);
  return (await response.json()) as Licences;
}
