// Builds dist/: main.js (the command), mod.js (the library) and the threads of both. Run by `npm install` (prepare),
// and does nothing where dev dependencies are left out.
//
// Dependencies are bundled: a process that has read two hundred small files weighs 13 MB more when idle, and is
// ready in twice the time.
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundling } from './bundling.js';

let esbuild;
try {
  esbuild = await import('esbuild');
} catch {
  process.stdout.write('callboard: esbuild is not installed, so dist/ is not built\n');
  process.exit(0);
}

/** zod brings its messages in fifty languages, a sixth of the bundle; nobody asks for another one than English. */
const englishOnly = {
  name: 'english-only',
  setup({ onResolve }) {
    onResolve({ filter: /\/locales\/index\.js$/ }, ({ resolveDir, path }) =>
      /[\\/]zod[\\/]/.test(resolveDir) ? { path: join(resolveDir, dirname(path), 'en.js') } : undefined,
    );
  },
};

rmSync('dist', { recursive: true, force: true });
await esbuild.build({
  entryPoints: {
    main: 'src/main.ts',
    mod: 'mod.ts',
    'journal-thread': 'src/journal/sqlite/thread/entry.ts',
    'layout-thread': 'src/diagrams/layout-thread.ts',
  },
  outdir: 'dist',
  bundle: true,
  plugins: [englishOnly],
  splitting: true,
  ...bundling,
  // Not identifiers: stack traces and error classes keep their names.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
});
chmodSync('dist/main.js', 0o755);
// What a browser loads is sent as it is.
cpSync('src/http/inspect-page', 'dist/inspect-page', { recursive: true });
