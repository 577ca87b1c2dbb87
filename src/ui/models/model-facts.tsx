import { For, type JSX, Show } from 'solid-js';
import type { SiteModel } from '../../protocol/query-worker.ts';
import { Fact } from '../common/fact.tsx';
import { downloadOf, languagesOf, licenceOf, qualityOf } from './facts.ts';

/** What is known of a model before anything of it is downloaded. Its own words are text of somebody else's. */
export function ModelFacts(props: { model: SiteModel; bytes: { bytes: number; missing: number } }): JSX.Element {
  return (
    <dl class="facts numbers">
      <Fact name="Download">{downloadOf(props.bytes)}</Fact>
      <Fact name="Languages">{languagesOf(props.model)}</Fact>
      <Fact name="Licence">
        <bdi>{licenceOf(props.model)}</bdi>
      </Fact>
      <Show when={qualityOf(props.model).length > 0}>
        <Fact name="Quality">
          <For each={qualityOf(props.model)}>{(line) => <span class="fact-line">{line}</span>}</For>
        </Fact>
      </Show>
    </dl>
  );
}
