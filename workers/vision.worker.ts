import { expose } from 'comlink';
import { createBrowserVisionSession } from '../src/platform/sessions/vision-session.browser.ts';

expose(createBrowserVisionSession());
