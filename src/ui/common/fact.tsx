import type { JSX } from 'solid-js';

/** One line of a list of facts, `<dl class="facts">`. */
export function Fact(props: { name: string; children: JSX.Element }): JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
