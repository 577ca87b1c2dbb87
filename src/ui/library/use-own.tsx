import type { JSX } from 'solid-js';
import { LIBRARY } from '../../engine/collection/types.ts';
import { useApp } from '../context.ts';
import { InternalLink } from '../shell/header.tsx';

/** On the first screen: the way to the visitor's own pictures, and what is promised of them. */
export function UseOwn(): JSX.Element {
  const { session } = useApp();
  const isOwn = () => session.collection()?.manifest.name === LIBRARY;
  return (
    <p class="use-own">
      <InternalLink class="button" kind={isOwn() ? undefined : 'primary'} patch={{ view: 'library', item: null }}>
        {isOwn() ? 'Add more pictures' : 'Use your own pictures'}
      </InternalLink>
      <span class="quiet">They stay on this device: nothing is uploaded.</span>
    </p>
  );
}
