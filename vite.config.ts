import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { COLLECTIONS_FOLDER } from './scripts/repository/folders.ts';
import { ensureKernels } from './scripts/repository/kernels.ts';
import { fingerprint, installedVersion } from './scripts/repository/repository.ts';
import { listCollections } from './scripts/site/list-collections.ts';
import { remoteOrigins } from './scripts/site/remote-origins.ts';
import { contentSecurityPolicy, REMOTES } from './scripts/vite/vite-csp.ts';
import { stylesFromDisk } from './scripts/vite/vite-from-disk.ts';
import { hnswlib } from './scripts/vite/vite-hnswlib.ts';
import { libheif } from './scripts/vite/vite-libheif.ts';
import { licences } from './scripts/vite/vite-licences.ts';
import { onnxruntime } from './scripts/vite/vite-onnxruntime.ts';
import { preloadWorker } from './scripts/vite/vite-preload-worker.ts';
import { saxWithoutStreams } from './scripts/vite/vite-sax.ts';
import { solidPages } from './scripts/vite/vite-solid.ts';
import { WEB_MANIFEST } from './scripts/vite/web-manifest.ts';
import { SECURITY_HEADERS } from './src/site/headers.ts';
import type { Versions } from './src/site/versions.ts';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/** Isolation headers for `pnpm dev`; the policy is left out there, see `contentSecurityPolicy`. */
const { 'Content-Security-Policy': _policy, ...devHeaders } = SECURITY_HEADERS;

export default defineConfig(async ({ command }) => {
  await ensureKernels();
  if (command === 'serve') await listCollections();
  const versions: Versions = {
    app: version,
    build: command === 'build' ? (await fingerprint()).slice(0, 12) : 'dev',
    transformers: installedVersion('@huggingface/transformers'),
    onnxruntime: installedVersion('onnxruntime-web'),
    hnswlib: installedVersion('hnswlib-wasm'),
  };
  const { page: pageLicences, worker: workerLicences } = licences();
  const policy = contentSecurityPolicy();
  return {
    // Relative, so that one build works from every folder of every host.
    base: './',
    // `buildSite` names others where the site is built for collections elsewhere.
    define: {
      __VERSIONS__: JSON.stringify(versions),
      [REMOTES]: JSON.stringify(await remoteOrigins(COLLECTIONS_FOLDER)),
    },
    plugins: [
      solidPages(),
      onnxruntime(),
      libheif(),
      policy.plugin,
      preloadWorker(),
      stylesFromDisk(),
      pageLicences(),
      VitePWA({
        strategies: 'injectManifest',
        srcDir: 'src/service-worker',
        filename: 'sw.ts',
        // The page registers it itself: when, depends on isolation (src/service-worker/register.ts).
        injectRegister: false,
        manifest: WEB_MANIFEST,
        manifestFilename: 'manifest.webmanifest',
        includeAssets: ['*.js', 'icons/*'],
        integration: {
          configureCustomSWViteBuild: (config) => {
            config.logLevel = 'error';
            config.define = { ...config.define, [REMOTES]: policy.remotes() };
            // The plugin still asks for this with an option that Vite 8 has renamed.
            const output = config.build?.rollupOptions?.output;
            if (!output || Array.isArray(output)) return;
            delete output.inlineDynamicImports;
            output.codeSplitting = false;
          },
        },
        injectManifest: {
          globPatterns: ['index.html', 'licences.json', 'THIRD-PARTY.txt', 'assets/**'],
          // The decoder of HEIC is loaded by those who have such pictures.
          globIgnores: ['**/*.map', 'assets/libheif-*'],
          // The runtimes, which are listed so that an update can bring a new one; nothing else is large.
          maximumFileSizeToCacheInBytes: 20 * 1024 * 1024,
          dontCacheBustURLsMatching: /^assets\//,
        },
      }),
    ],
    build: {
      target: 'es2022',
      sourcemap: false,
      // Collections can be large: scripts/build.ts copies them when the site is to be hosted, `pnpm start` never does.
      copyPublicDir: false,
      // A data: URL could not be cached by name, and a font or a worker must not be one under the policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        checks: { bundlerTimings: false },
        // What the first screen needs is one file, whichever parts of it the other views share: fewer requests, and gzip
        // finds what repeats.
        output: { codeSplitting: { groups: [{ name: 'page', tags: ['$initial' as const] }] } },
      },
    },
    worker: {
      format: 'es' as const,
      plugins: () => [onnxruntime(), libheif(), hnswlib(), saxWithoutStreams(), workerLicences()],
      // What a worker begins with is one file, and what answers queries another: on a slow line each request is a wait.
      rolldownOptions: {
        output: {
          codeSplitting: {
            groups: [
              { name: 'worker', tags: ['$initial' as const] },
              { name: 'search', test: /\/src\/(engine\/(index|search|kernels|query)|platform\/indexes)\// },
            ],
          },
        },
      },
    },
    server: { headers: devHeaders },
  };
});
