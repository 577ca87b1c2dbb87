/** What compiled JSX imports: Solid's own, but for `insert`. */
export * from 'solid-js/web';
export { insert } from './insert.ts';
