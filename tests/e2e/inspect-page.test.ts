// The inspector's page in a real browser, on the real program.
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { runtimes, Workspace } from '../support/program.ts';

const config = `
agents:
  slow:
    type: command
    command: [sh, -c, 'sleep 60']
    triggers:
      - { type: webhook, auth: none, response: { mode: async } }
      - { type: schedule, cron: "0 3 * * *" }
  failing-receiver:
    type: echo
    trigger: { type: webhook, auth: none, response: { mode: async } }
    notifications:
      - { id: done, url: "http://127.0.0.1:9/", events: [task.completed], retry: { max_attempts: 5, initial_delay: 1h, max_delay: 1h } }
`;

const patient = { timeout: 60_000 };

let place: Workspace;
let browser: Browser;

beforeEach(async () => {
  place = new Workspace();
  browser = await openBrowser();
});

afterEach(async () => {
  await browser.close();
  await place.close();
});

/** A page, what it asked for, and what went wrong in it. */
async function openPage() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  const requests: string[] = [];
  const troubles: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('websocket', (socket) => requests.push(socket.url()));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(error.message));
  return { page, requests, troubles };
}

const rowOf = (page: Page, name: RegExp) =>
  page.locator('.actor', { has: page.locator('.name', { hasText: name }) });

/** The state that the tree shows beside a name. */
const stateOf = (page: Page, name: RegExp) => () => rowOf(page, name).locator('.state').allTextContents();

/** What of the pictures looks so, by the id of the state. */
const looking = (page: Page, within: string, look: 'lit' | 'ended') => () =>
  page
    .locator(`${within} .box.${look}`)
    .evaluateAll((boxes) => boxes.map((box) => box.getAttribute('data-id') ?? '').sort());

/** Presses a key until the row of that name has the keyboard, as somebody without a mouse would. */
async function goTo(page: Page, name: RegExp): Promise<void> {
  await page.locator('.actor[tabindex="0"]').focus();
  await page.keyboard.press('Home');
  for (let rows = await page.locator('.actor').count(); rows > 0; rows -= 1) {
    if (name.test(await page.locator('.actor:focus .name').innerText())) return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`no row is called ${name}`);
}

describe.skipIf(!hasBrowser)('the page (skipped where Chromium is not installed)', () => {
  describe.each(runtimes)('under $name', (runtime) => {
    test('draws the machines of a running task and of a delivery in backoff', async () => {
      const program = place.run(runtime, config);
      const url = await program.ready();
      const token = readFileSync(place.tokenPath, 'utf8').trim();
      const { page, requests, troubles } = await openPage();
      await page.goto(`${url}/inspect#token=${token}`);
      await expect.poll(() => page.locator('#status').textContent(), patient).toMatch(/^live, \d+ actors$/);
      for (const agent of ['slow', 'failing-receiver']) {
        await fetch(`${url}/webhooks/${agent}`, { method: 'POST', body: '"hi"' });
      }
      // The tree.
      await expect.poll(stateOf(page, /^runtime$/), patient).toEqual(['running']);
      await expect.poll(stateOf(page, /^webhook-slow-\d+$/), patient).toEqual(['running › working']);
      await expect.poll(stateOf(page, /^webhook-failing-receiver-\d+$/), patient).toEqual(['completed']);
      await expect.poll(stateOf(page, /^msg_[\w-]+$/), patient).toEqual(['backoff']);
      await expect.poll(stateOf(page, /^trigger:schedule$/), patient).toEqual(['waiting']);
      expect(await rowOf(page, /^msg_[\w-]+$/).getAttribute('class')).toContain('ended');
      // All machines at once, with numbers.
      await expect.poll(() => page.locator('#pictures svg').count(), patient).toBe(11);
      await expect
        .poll(looking(page, '#pictures', 'lit'), patient)
        .toEqual([
          'agent.running',
          'deliverySupervisor.running',
          'deliverySupervisor.running.idle',
          'dispatcher.running',
          'endpoint.closed',
          'runtime.running',
          'schedule.waiting',
          'task.running',
          'task.running.working',
          'taskSupervisor.running',
          'taskSupervisor.running.idle',
          'webhook.listening',
        ]);
      expect(await looking(page, '#pictures', 'ended')()).toEqual(['delivery.backoff', 'task.completed']);
      const count = (id: string) => page.locator(`#pictures [data-id="${id}"] .count`).textContent();
      expect([
        await count('agent.running'),
        await count('task.running'),
        await count('delivery.backoff'),
      ]).toEqual(['2', '', '1 ended']);
      // One actor alone, by keyboard.
      await goTo(page, /^webhook-slow-/);
      await page.keyboard.press('Enter');
      await expect
        .poll(looking(page, '#one-picture', 'lit'), patient)
        .toEqual(['task.running', 'task.running.working']);
      expect(await page.locator('#one-state').textContent()).toBe('task: running › working');
      await page.keyboard.press('Escape');
      await expect.poll(() => page.locator('#every').isVisible()).toBe(true);
      // One by mouse: it has ended, and what waits is a row.
      await rowOf(page, /^msg_[\w-]+$/).click();
      await expect.poll(looking(page, '#one-picture', 'ended'), patient).toEqual(['delivery.backoff']);
      expect(await looking(page, '#one-picture', 'lit')()).toEqual([]);
      expect(await page.locator('#one-note').textContent()).toMatch(
        /^It has ended\. Its row waits in the journal until .+; the next attempt will be another actor\.$/,
      );
      await expect.poll(() => page.locator('#one-picture svg').isVisible()).toBe(true);
      // The events.
      const log = page.locator('#log');
      await expect.poll(() => log.textContent(), patient).toContain('run.completed');
      await expect.poll(() => log.textContent(), patient).toContain('→ breaker');
      const shot = process.env.CALLBOARD_SCREENSHOT;
      if (shot !== undefined) await page.screenshot({ path: shot });
      // On a phone nothing but pictures is wider than the screen.
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      const own = [`${url}/`, `${url.replace('http', 'ws')}/`, 'data:'];
      expect(requests.filter((request) => !own.some((start) => request.startsWith(start)))).toEqual([]);
      expect(requests.filter((request) => request.includes(token))).toEqual([]);
      expect(troubles).toEqual([]);
    }, 180_000);

    test('holds no data before it has the token', async () => {
      const program = place.run(runtime, config);
      const url = await program.ready();
      const token = readFileSync(place.tokenPath, 'utf8').trim();
      const { page, requests, troubles } = await openPage();
      await page.goto(`${url}/inspect`);
      await expect.poll(() => page.locator('#login').isVisible(), patient).toBe(true);
      expect(requests.map((request) => request.replace(url, '')).sort()).toEqual([
        '/inspect',
        ...['actors.js', 'connection.js', 'log.js', 'page.css', 'page.js', 'pictures.js', 'tree.js'].map(
          (name) => `/inspect/${name}`,
        ),
      ]);
      for (const request of requests) {
        const answer = await fetch(request);
        expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
        expect(await answer.text()).not.toMatch(/failing-receiver|deliverySupervisor|taskSupervisor/);
      }
      expect(troubles).toEqual([]);
      const pictures = (headers: Record<string, string>) => fetch(`${url}/inspect/machines`, { headers });
      expect((await pictures({})).status).toBe(401);
      expect((await pictures({ authorization: 'Bearer wrong' })).status).toBe(401);
      expect(
        (await pictures({ authorization: `Bearer ${token}`, origin: 'https://elsewhere.example' })).status,
      ).toBe(403);
      await page.locator('#token').fill('wrong');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('#status').textContent(), patient).toContain('not the right one');
      expect(await page.locator('.actor').count()).toBe(0);
      await page.locator('#token').fill(token);
      await page.keyboard.press('Enter');
      await expect.poll(stateOf(page, /^runtime$/), patient).toEqual(['running']);
      await expect.poll(() => page.locator('#pictures svg').count(), patient).toBe(11);
    }, 120_000);
  });

  test('thousands of actors are listed as far as a page can bear, and all are found', async () => {
    const [runtime] = runtimes;
    if (runtime === undefined) throw new Error('no runtime to test under');
    const program = place.run(runtime, config);
    const url = await program.ready();
    const { page, troubles } = await openPage();
    const most = 20_000;
    // A socket that is as fast as can be: in the page itself, a thousand frames a turn.
    await page.addInitScript(`
      const most = ${most};
      const stamp = { rootId: 'x:0', createdAt: '0', id: null, _version: '0' };
      const definition = '{"id":"webhook","states":{"listening":{}}}';
      const snapshot = { status: 'active', value: 'listening' };
      function* frames() {
        yield { type: '@xstate.actor', sessionId: 'x:0', name: 'root', definition, snapshot, ...stamp };
        for (let i = 1; i <= most; i += 1)
          yield { type: '@xstate.actor', sessionId: 'x:' + i, name: 'actor ' + i, parentId: 'x:0', definition, snapshot, ...stamp };
        for (let i = 1; i <= most; i += 1)
          yield { type: '@xstate.event', sessionId: 'x:' + i, event: { type: 'call ' + i }, ...stamp };
      }
      window.WebSocket = class {
        constructor() {
          const left = frames();
          const some = () => {
            for (let count = 0; count < 1000; count += 1) {
              const { done, value } = left.next();
              if (done) return;
              this.onmessage({ data: JSON.stringify(value) });
            }
            setTimeout(some);
          };
          setTimeout(() => { this.onopen(); some(); });
        }
      };
    `);
    await page.goto(`${url}/inspect#token=any`);
    await expect.poll(() => page.locator('#status').textContent(), patient).toBe(`live, ${most + 1} actors`);
    await expect.poll(() => page.locator('.entry').first().textContent(), patient).toContain(`call ${most}`);
    expect(await page.locator('.actor').count()).toBe(300);
    expect(await page.locator('.entry').count()).toBe(200);
    expect(await page.locator('#more').textContent()).toBe(
      `${most + 1 - 300} more are not listed; the filter finds them.`,
    );
    await page.locator('#filter').fill(`actor ${most - 1}`);
    await expect
      .poll(() => page.locator('.actor .name').allTextContents(), patient)
      .toEqual([`actor ${most - 1}`]);
    await page.locator('.actor').click();
    await expect.poll(() => page.locator('#one-name').textContent(), patient).toBe(`actor ${most - 1}`);
    // The pictures are behind the token, and this one was not right.
    expect(troubles.filter((trouble) => !trouble.includes('401'))).toEqual([]);
  }, 120_000);
});
