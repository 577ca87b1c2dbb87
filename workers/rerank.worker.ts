import { expose } from 'comlink';
import { createRerankSession } from '../src/platform/sessions/rerank-session.browser.ts';

expose(createRerankSession());
