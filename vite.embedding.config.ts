import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { withoutDirectives } from './vite.config.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The component stands on the package's own client, so that an application which has one has it once. */
const ownClient: Plugin = {
  name: 'own-client',
  enforce: 'pre',
  resolveId(source) {
    const [, file] = /^(?:\.\.\/)+client\/(.+)\.ts$/.exec(source) ?? [];
    return file === undefined ? undefined : { id: `../client/${file}.js`, external: true };
  },
};

const entries = {
  // The application's own bundler takes the styles as a file; the element has them within.
  react: {
    'activity-timeline': path('./src/viewer/embedding/react.ts'),
    styles: path('./src/viewer/styles/viewer.css'),
  },
  element: { 'activity-timeline': path('./src/viewer/embedding/element.ts') },
};

const outputs = {
  /** All files in one folder: from each of them the client is at the same place. */
  react: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash:12].js', assetFileNames: '[name][extname]' },
  /** Also served by the service, which finds a file by its name, and keeps it for good where its hash is in front of it. */
  element: { entryFileNames: '[name].js', chunkFileNames: '[hash:16]/element-[name].js' },
};

/**
 * The timeline for other pages: `--mode react` as a component, whose React is the application's own, into dist/react;
 * `--mode element` as a custom element, with all that it needs, into dist/element.
 */
export default defineConfig(({ mode }) => {
  const kind = mode === 'element' ? 'element' : 'react';
  return {
    root: path('./src/viewer'),
    publicDir: false,
    cacheDir: path(`./node_modules/.vite/${kind}`),
    plugins: kind === 'react' ? [ownClient] : [],
    define: kind === 'element' ? { 'process.env.NODE_ENV': JSON.stringify('production') } : {},
    build: {
      outDir: path(`./dist/${kind}`),
      emptyOutDir: true,
      target: ['chrome111', 'firefox114', 'safari16.4'],
      cssCodeSplit: true,
      lib: { entry: entries[kind], formats: ['es'] },
      rolldownOptions: {
        external: kind === 'react' ? [/^react(-dom)?($|\/)/] : [],
        output: { ...outputs[kind], minify: true },
        onLog: withoutDirectives,
      },
    },
  };
});
