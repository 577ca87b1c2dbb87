/** The page's `<link>` to its OpenSearch description, with which browsers offer Afterimage as a search engine. */
const OPEN_SEARCH_LINK =
  '<link rel="search" type="application/opensearchdescription+xml" title="Afterimage" href="./opensearch.xml" />';

/**
 * An OpenSearch 1.1 description. Its addresses must be absolute, so it exists only where the address is known.
 * @param address where the app lives, with a final slash: `https://example.org/pictures/`.
 */
export function openSearchDescription(address: string): string {
  const base = escapeXml(address);
  return `<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>Afterimage</ShortName>
  <Description>Describe a picture, find it.</Description>
  <InputEncoding>UTF-8</InputEncoding>
  <Image width="192" height="192" type="image/png">${base}icons/icon-192.png</Image>
  <Url type="text/html" template="${base}?q={searchTerms}" />
  <Url type="application/opensearchdescription+xml" rel="self" template="${base}opensearch.xml" />
</OpenSearchDescription>
`;
}

/** `html` with the link at the end of its head. */
export function withOpenSearchLink(html: string): string {
  return html.replace('</head>', `${OPEN_SEARCH_LINK}</head>`);
}

function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
