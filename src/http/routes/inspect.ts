import { Hono } from 'hono';
import { guardLogin } from '../auth.ts';
import { pageFiles, pageMarkup, readPageFile } from '../inspect-page.ts';
import { machinePictures } from '../inspect-pictures.ts';
import type { HttpEnvironment, HttpWorld } from '../world.ts';

const headers = {
  // Nothing from elsewhere, and nothing but the page's own files.
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

/** `/inspect`: a page without data, open to all; what it shows comes from behind the token. */
export function inspectRoutes(world: HttpWorld) {
  const routes = new Hono<HttpEnvironment>();
  routes.get('/', (c) => c.body(pageMarkup, 200, { ...headers, 'Content-Type': 'text/html; charset=utf-8' }));
  for (const name of pageFiles) {
    const type = name.endsWith('.css') ? 'text/css' : 'text/javascript';
    routes.get(`/${name}`, async (c) =>
      c.body(await readPageFile(name), 200, { ...headers, 'Content-Type': `${type}; charset=utf-8` }),
    );
  }
  routes.get('/machines', guardLogin(world), async (c) => c.json(await machinePictures(), 200, headers));
  return routes;
}
