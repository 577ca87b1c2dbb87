/**
 * `html` with Open Graph tags at the end of its head: what is shown where somebody shares a link to the page. Their addresses
 * must be absolute, so they exist only where the address is known.
 * @param address where the app lives, with a final slash: `https://example.org/pictures/`
 */
export function withOpenGraph(html: string, address: string): string {
  const tags = [
    ['og:type', 'website'],
    ['og:site_name', 'Afterimage'],
    ['og:title', 'Describe a picture, find it.'],
    ['og:description', 'Search pictures by what they show. Everything happens in your browser.'],
    ['og:url', address],
    ['og:image', `${address}icons/icon-512.png`],
    ['og:image:type', 'image/png'],
    ['og:image:width', '512'],
    ['og:image:height', '512'],
    ['og:image:alt', 'Afterimage'],
  ];
  const written = tags.map(
    ([property = '', content = '']) => `<meta property="${property}" content="${escaped(content)}" />`,
  );
  return html.replace('</head>', () => `${written.join('')}</head>`);
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' };
  return text.replace(/[&<"]/g, (character) => entities[character] ?? character);
}
