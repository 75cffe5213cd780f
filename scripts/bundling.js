// What every bundle of the program has in common; for esbuild.
export const bundling = {
  /** Left to node_modules: what holds native code, and what only some processes load. */
  external: [
    'libsql',
    'ai',
    'ajv',
    'ajv-formats',
    '@ai-sdk/*',
    '@modelcontextprotocol/sdk',
    '@opentelemetry/*',
    'nodemailer',
    'open',
    'elkjs',
  ],
  // `mod.ts` is a program under Deno alone. Newer Node tells of the program's file that it is `main`, and the library
  // may be bundled into that of somebody else: it would take their command line for its own.
  define: { 'import.meta.main': 'false' },
  // For bundled CommonJS packages, which load Node's own modules by it.
  banner: {
    js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);",
  },
};
