import { expose } from 'comlink';
import { createQuerySession } from '../src/platform/query-session.browser.ts';

expose(createQuerySession());
