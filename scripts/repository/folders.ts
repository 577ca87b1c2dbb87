import { fileURLToPath } from 'node:url';

/** Absolute paths of the folders that scripts work on, wherever they are started from. */
export const ROOT_FOLDER = fileURLToPath(new URL('../../', import.meta.url));
export const PUBLIC_FOLDER = fileURLToPath(new URL('../../public/', import.meta.url));
export const MODELS_FOLDER = fileURLToPath(new URL('../../public/models/', import.meta.url));
export const COLLECTIONS_FOLDER = fileURLToPath(new URL('../../public/collections/', import.meta.url));
/** Git-ignored; losing it costs time only. */
export const CACHE_FOLDER = fileURLToPath(new URL('../../.cache/', import.meta.url));
