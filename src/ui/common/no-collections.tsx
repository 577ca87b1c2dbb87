import type { JSX } from 'solid-js';
import { UseOwn } from '../library/use-own.tsx';
import './failure.css';

/** The site has no pictures yet. */
export function NoCollections(): JSX.Element {
  return (
    <section class="empty">
      <h2>No pictures yet</h2>
      <UseOwn />
      <p>A collection is made once, on your computer, from a folder of pictures:</p>
      <pre>
        <code>npx -y pnpm@12 build-index ~/Pictures --out public/collections/mine</code>
      </pre>
      <p>
        For a demo with drawings, run <code>npx -y pnpm@12 build-demo</code>. Then start again and reload this page.
      </p>
    </section>
  );
}
