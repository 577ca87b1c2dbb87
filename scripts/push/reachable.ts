/** What a page will need of the server besides, and what it would be refused: told when the vectors are there. */

/**
 * Lines for whoever pushed: what keeps pages from reaching the server at `url`.
 * @param url where the page will look for it
 */
export async function warningsFor(url: string): Promise<string[]> {
  const { protocol, hostname, origin } = new URL(url);
  const warnings: string[] = [];
  const isLocal = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (protocol === 'http:' && !isLocal) {
    warnings.push(`A page that is served by https cannot reach ${origin}: put https before the server.`);
  }
  if (!(await answersPages(url))) {
    warnings.push(
      `${origin} answers no page of another origin yet: start it with \`cors_allow_origins: ["https://your.site"]\` in its ` +
        'configuration file.',
    );
  }
  return warnings;
}

/** Whether it allows some origin by CORS. One that cannot be reached from here may still be, from where the visitors are. */
async function answersPages(url: string): Promise<boolean> {
  const asks = {
    method: 'OPTIONS',
    headers: { Origin: 'https://pages.example', 'Access-Control-Request-Method': 'POST' },
  };
  const answer = await fetch(`${url}/api/v2/heartbeat`, asks).catch(() => undefined);
  return answer === undefined || answer.headers.has('access-control-allow-origin') || answer.headers.has('vary');
}
