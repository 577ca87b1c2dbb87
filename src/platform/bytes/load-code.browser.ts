import { networkError } from './download.browser.ts';

/**
 * Code that is loaded when it is needed. A failure is forgotten: the next call asks the server again.
 * @throws AfterimageError `offline`, `network`
 */
export async function loadCode<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    throw networkError('a part of the app', error);
  }
}
