import type { Plugin } from 'vite';

/**
 * Takes `crossorigin` from the style sheets of the built page: everything is of one origin, and with it a browser
 * refuses them when index.html is opened from the disk, where the page still says what to do.
 */
export function stylesFromDisk(): Plugin {
  return {
    name: 'afterimage:styles-from-disk',
    apply: 'build',
    transformIndexHtml: { order: 'post', handler: withoutCrossorigin },
  };
}

export function withoutCrossorigin(html: string): string {
  return html.replaceAll('<link rel="stylesheet" crossorigin ', '<link rel="stylesheet" ');
}
