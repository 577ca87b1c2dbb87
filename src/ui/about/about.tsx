import { createResource, For, type JSX, Match, Show, Switch } from 'solid-js';
import { type Licences, loadLicences, type PackageLicence } from '../../site/licences.ts';
import { useApp } from '../context.ts';
import './about.css';

/** What this is, what it does with what it sees, and whose work is in it. */
export default function AboutView(): JSX.Element {
  const app = useApp();
  const [licences] = createResource(() => loadLicences(app.baseUrl));
  return (
    <div class="about">
      <h1>About Afterimage</h1>
      <section class="prose">
        <p>
          Afterimage finds pictures by what is in them. A model reads your words and turns them into a list of numbers;
          every picture was turned into such a list when the collection was made, or when you added it. The pictures
          whose numbers lie nearest are what you see. Names and captions are not looked at.
        </p>
        <p>
          The score is the cosine between the two lists. It says which picture is nearer, not how likely it is that it
          is the right one. How sure a result is goes by more: how far it stands out from what is near to anything, how
          peaked the query is, how well the model knows the words. It was measured for the model on searches whose
          answers are known.
        </p>
      </section>
      <section class="prose">
        <h2>Privacy</h2>
        <Show
          when={app.session.collection()?.searchedAt}
          fallback={
            <p>
              Everything happens in this browser. What you type, what you find and how you rate it never leaves this
              device: there is no server that could receive it, no account, no statistics, and the page is not allowed
              to talk to any other site. After the first visit it works without a network.
            </p>
          }
        >
          {(origins) => (
            <p>
              {`These pictures are searched by ${origins().join(' and ')}. Your browser turns what you search for into a list of ` +
                'numbers and sends that list there, with the ids of the pictures that pass your filters. From the numbers one ' +
                'can tell about what you searched for. Your words, your own pictures, what you look at and how you rate ' +
                'it stay on this device, and the page is not allowed to talk to any other site.'}
            </p>
          )}
        </Show>
      </section>
      <Model />
      <Pictures />
      <section>
        <h2>Works by others</h2>
        <Switch fallback={<p class="quiet">Loading</p>}>
          <Match when={licences.state === 'errored'}>
            <p>
              The list of licences could not be loaded. It is in the file <code>licences.json</code> of every build, and
              in the files LICENSE and NOTICES of the source.
            </p>
          </Match>
          <Match when={licences.state === 'ready' && licences()}>{(loaded) => <Works licences={loaded()} />}</Match>
        </Switch>
      </section>
      <section class="prose">
        <h2>Licence</h2>
        <p>
          The code of Afterimage is free software under the MIT licence. The full texts of all licences of the packages
          inside are in <a href={`${app.baseUrl}THIRD-PARTY.txt`}>THIRD-PARTY.txt</a>.
        </p>
      </section>
    </div>
  );
}

function Model(): JSX.Element {
  const { session } = useApp();
  return (
    <Show when={session.encoder()}>
      {(encoder) => (
        <section class="prose">
          <h2>The model, {encoder().modelTitle}</h2>
          <p>
            {encoder().modelCan} {encoder().modelCannot}
          </p>
          <Show when={encoder().modelLicence}>{(licence) => <p class="quiet">Weights: {licence()}</p>}</Show>
        </section>
      )}
    </Show>
  );
}

function Pictures(): JSX.Element {
  const { session } = useApp();
  return (
    <Show when={session.collection()?.manifest}>
      {(manifest) => (
        <section class="prose">
          <h2>The pictures, {manifest().title}</h2>
          <p>{manifest().description}</p>
          <p class="quiet">{manifest().licence ?? 'Their licence is not stated: ask whoever made this collection.'}</p>
        </section>
      )}
    </Show>
  );
}

function Works(props: { licences: Licences }): JSX.Element {
  return (
    <>
      <h3>Pictures, data and weights</h3>
      <ul class="works">
        <For each={props.licences.works}>
          {(work) => (
            <li>
              <strong>{work.title}</strong>
              <span class="quiet">
                {work.use}. {work.licence}
                <Show when={work.attribution}>{(attribution) => <>. {attribution()}</>}</Show>
              </span>
            </li>
          )}
        </For>
      </ul>
      <h3>Code</h3>
      <ul class="works">
        <For each={props.licences.packages}>{(entry) => <Package entry={entry} />}</For>
      </ul>
    </>
  );
}

/** The text of a licence is put into the page only when it is opened: together they are long. */
function Package(props: { entry: PackageLicence }): JSX.Element {
  const fill = (event: Event & { currentTarget: HTMLDetailsElement }) => {
    const pre = event.currentTarget.querySelector('pre');
    if (pre && !pre.textContent) pre.textContent = props.entry.text || 'The package brings no licence text.';
  };
  return (
    <li>
      <details onToggle={fill}>
        <summary>
          <strong>{props.entry.name}</strong>{' '}
          <span class="quiet">
            {props.entry.version}, {props.entry.licence}
          </span>
        </summary>
        <pre />
      </details>
    </li>
  );
}
