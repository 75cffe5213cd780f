// The inspector's page with `server.auth`, in a real browser on the real program.
import { expect, test } from 'vitest';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { runtimes, Workspace } from '../support/program.ts';

const config = `
server: { auth: { enabled: true, api_keys: [{ name: onlooker, key: "key/that=looks(+)", scopes: [read] }] } }
agents: { hello: { type: echo, trigger: { type: webhook, auth: none } } }
`;

test.skipIf(!hasBrowser)(
  'the page asks for a login, and takes an API key (skipped where Chromium is not installed)',
  async () => {
    const [runtime] = runtimes;
    if (runtime === undefined) throw new Error('no runtime to test under');
    await using place = new Workspace();
    const program = place.run(runtime, config);
    const browser = await openBrowser();
    try {
      const url = await program.ready();
      const page = await browser.newPage();
      const status = () => page.locator('#status').textContent();
      await page.goto(`${url}/inspect`);
      await page.locator('#token').fill('key/that=sees nothing');
      await page.locator('#login button').click();
      await expect.poll(status).toContain('no connection');
      await page.locator('#token').fill('key/that=looks(+)');
      await page.locator('#login button').click();
      await expect.poll(status).toMatch(/^live\b/);
      await expect.poll(() => page.locator('#login').isVisible()).toBe(false);
      // And from the fragment, encoded as any address is.
      const again = await browser.newPage();
      await again.goto(`${url}/inspect#token=${encodeURIComponent('key/that=looks(+)')}`);
      await expect.poll(() => again.locator('#status').textContent()).toMatch(/^live\b/);
      expect(await program.stop()).toBe(0);
    } finally {
      await browser.close();
    }
  },
);
