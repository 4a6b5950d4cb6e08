import { fileURLToPath } from 'node:url';
import { defineConfig, type Rolldown } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Files of packages say where React's servers and browsers part ("use client"): nothing to a page, and no news. */
export const withoutDirectives: NonNullable<Rolldown.InputOptions['onLog']> = (level, log, handle) => {
  if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
};

/**
 * The viewer, out of src/viewer into dist/viewer, whose files have there the paths that they are served by. Addresses are
 * relative, so that it works behind a proxy that puts it under a path of its own.
 */
export default defineConfig({
  root: path('./src/viewer'),
  base: './',
  publicDir: false,
  cacheDir: path('./node_modules/.vite/viewer'),
  build: {
    outDir: path('./dist/viewer'),
    emptyOutDir: true,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    // The page's policy takes no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      onLog: withoutDirectives,
      output: {
        entryFileNames: 'viewer/assets/[hash:16]/[name].js',
        chunkFileNames: 'viewer/assets/[hash:16]/[name].js',
        assetFileNames: 'viewer/assets/[hash:16]/[name][extname]',
      },
    },
  },
});
