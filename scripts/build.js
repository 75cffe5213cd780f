// Builds dist/: main.js (the command), mod.js (the library) and the threads of both. Run by `npm install` (prepare),
// and does nothing where dev dependencies are left out.
//
// Dependencies are bundled: a process that has read two hundred small files weighs 13 MB more when idle, and is
// ready in twice the time.
import { chmodSync, cpSync, readFileSync, rmSync } from 'node:fs';
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

/**
 * An import of one of Node's modules reads everything that it exports, and with it loads what Node itself keeps for who
 * asks: `node:http` has the whole client of `fetch` and WebSockets among it, some 10 MB on Node 24 (bench/start.ts).
 */
const builtinsByNeed = {
  name: 'builtins-by-need',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * Liquid's accents, in regular expressions, where esbuild leaves them as they are: V8 holds a whole file in two bytes
 * a character for one that Latin-1 has not.
 */
const asciiOnly = {
  name: 'ascii-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]liquidjs[\\/].*\.m?js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /[^\p{ASCII}]/gu,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
    }));
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
  plugins: [englishOnly, asciiOnly, builtinsByNeed],
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
