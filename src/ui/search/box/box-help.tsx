import { For, type JSX } from 'solid-js';
import { FIELDS } from '../../../engine/query/box/fields.ts';
import { Drawer } from '../../common/drawer.tsx';
import { FIELD_HINTS } from './syntax.ts';

const TERMS: readonly (readonly [example: string, what: string])[] = [
  ['red dog', 'words: describe a picture'],
  ['"red car"', 'a phrase: its words belong together'],
  ['-cat', 'pushed away, also -"stuffed toy"'],
  ['dog^2', 'counts twice; "red car"^0.5 counts half'],
];

/** What the search box takes, with an example of each. */
export default function BoxHelp(props: { onClose: () => void }): JSX.Element {
  const rows = [...TERMS, ...FIELDS.map((field) => [FIELD_HINTS[field].example, FIELD_HINTS[field].what] as const)];
  return (
    <Drawer title="What can be typed" onClose={props.onClose}>
      <table class="box-syntax">
        <thead class="visually-hidden">
          <tr>
            <th scope="col">Typed</th>
            <th scope="col">What it does</th>
          </tr>
        </thead>
        <tbody>
          <For each={rows}>
            {([example, what]) => (
              <tr>
                <th scope="row">
                  <code translate="no">{example}</code>
                </th>
                <td>{what}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <p>
        Of several filters of one kind one is enough. Filters alone list all pictures that pass. What is none of this is
        words; quotation marks make it so.
      </p>
      <p>
        Names: pictures whose title or file name has the words count as matches as well, and say so. Without it only
        what is in the pictures counts.
      </p>
    </Drawer>
  );
}
