import { createEffect, createMemo, on } from 'solid-js';
import { AfterimageError } from '../../engine/errors.ts';
import { parseQuery } from '../../engine/query/serialise.ts';
import type { Notices } from '../shell/notices.ts';
import type { AddressBar } from './address.ts';

/** Says why the search in the address cannot be read, as long as it stands there. */
export function createQueryNotice({ current }: Pick<AddressBar, 'current'>, notices: Notices): void {
  const unread = createMemo(() => current().unread);
  createEffect(
    on(unread, (written) => {
      const problem = written === null ? undefined : parseQuery(written);
      if (!(problem instanceof AfterimageError)) return notices.dismiss('query');
      const reload = { label: 'Reload', run: () => location.reload() };
      notices.say('query', problem.message, problem.code === 'query-version' ? reload : undefined);
    }),
  );
}
