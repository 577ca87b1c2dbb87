import { expose } from 'comlink';
import { createQuerySession } from '../src/platform/sessions/query-session.browser.ts';

expose(createQuerySession());
