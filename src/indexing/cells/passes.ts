/** A build in passes: what a pass has done is written down, so that a build that is interrupted goes on after the last one that was finished. */
import { AfterimageError } from '../../engine/errors.ts';
import type { WorkFolder } from '../ports.ts';

export interface Passes {
  /** Those that an interrupted build had finished. */
  readonly before: readonly string[];
  /** Do a pass, unless it is done already. @returns what it found out, now or then, which JSON can keep */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export interface PassesOptions {
  /** Changes with the way in which passes work: what another version left is not gone on with. */
  readonly recipe: string;
  /** Changes with what is built from. */
  readonly input: string;
}

interface State extends PassesOptions {
  readonly done: Readonly<Record<string, unknown>>;
}

const STATE = 'state.json';

/**
 * Begin, or go on.
 * @throws AfterimageError `input-changed` where what is built from is not what the interrupted build began with
 */
export async function openPasses(folder: WorkFolder, { recipe, input }: PassesOptions): Promise<Passes> {
  const found = parseState(await folder.readText(STATE));
  const isGoneOn = found?.recipe === recipe && Object.keys(found.done).length > 0;
  if (isGoneOn && found.input !== input) {
    const message = `What is indexed has changed since the build began that was interrupted. To begin anew, delete ${folder.place}.`;
    throw new AfterimageError('input-changed', message);
  }
  let done: State['done'] = isGoneOn ? found.done : {};
  const save = () => folder.writeText(STATE, JSON.stringify({ recipe, input, done } satisfies State));
  if (!isGoneOn) await save();
  return {
    before: Object.keys(done),
    async run<T>(name: string, work: () => Promise<T>): Promise<T> {
      if (name in done) return done[name] as T; // this recipe wrote it
      const finding = await work();
      done = { ...done, [name]: finding };
      await save();
      return finding;
    },
  };
}

function parseState(text: string | undefined): State | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as State);
  } catch {
    return undefined; // no build of ours wrote it
  }
}
