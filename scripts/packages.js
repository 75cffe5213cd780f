// How a bundle of the program comes by its packages; for esbuild.
export const packages = {
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
  // For bundled CommonJS packages, which load Node's own modules by it.
  banner: {
    js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);",
  },
};
