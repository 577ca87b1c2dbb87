import type { ManifestOptions } from 'vite-plugin-pwa';

/** The web app manifest. Every address is relative to it, so that it holds below any base. */
export const WEB_MANIFEST: Partial<ManifestOptions> = {
  name: 'Afterimage',
  short_name: 'Afterimage',
  description: 'Describe a picture, find it. Everything happens in your browser.',
  lang: 'en',
  start_url: './',
  scope: './',
  display: 'standalone',
  background_color: '#121415',
  theme_color: '#121415',
  categories: ['photo', 'utilities'],
  icons: [
    { src: './icons/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
    { src: './icons/icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
    { src: './icons/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
    { src: './icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
  ],
};
