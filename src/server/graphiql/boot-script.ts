import { boot } from './browser/boot.ts';
import { examplesFor } from './browser/examples.ts';
import { createFetcher } from './browser/fetcher.ts';
import { createSession } from './browser/session.ts';
import { showSession } from './browser/session-bar.ts';
import { scopedStorage } from './browser/storage.ts';

/**
 * The page's own script. It is written as TypeScript functions that are served by their source, so that it is checked,
 * linted and compiled like everything else and needs no bundler: tsc leaves a function as it is, less its types. The
 * price: such a function may use nothing from outside of itself but the browser, so each is handed what it needs.
 */
export const bootScript = `'use strict';
(${boot})({
createSession: ${createSession},
createFetcher: ${createFetcher},
showSession: ${showSession},
examplesFor: ${examplesFor},
scopedStorage: ${scopedStorage},
});
`;
