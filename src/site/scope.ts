/**
 * The name of a cache or database of the installation at `baseUrl`. They belong to a whole origin, which may hold other
 * installations in other folders: `afterimage-content /pictures/`.
 */
export function scoped(name: string, baseUrl: string): string {
  return `${name} ${new URL(baseUrl).pathname}`;
}

/** Whether `scoped` made this name for the installation at `baseUrl`. */
export function isScoped(name: string, baseUrl: string): boolean {
  return name.startsWith('afterimage') && name.endsWith(` ${new URL(baseUrl).pathname}`);
}
