// Runs the CLI of the built package, building first what is not built.
import { build, isBuilt } from './build.mjs';

if (!isBuilt()) await build();
await import('../dist/cli/main.js');
