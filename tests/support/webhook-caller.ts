import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Workspace } from './program.ts';

export interface CallAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The fields of a JSON answer; empty for any other. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Calls a running program's webhooks and asks its API. */
export class WebhookCaller {
  readonly url: string;
  readonly #place: Workspace;

  constructor(url: string, place: Workspace) {
    this.url = url;
    this.#place = place;
  }

  async post(
    path: string,
    body: string | Uint8Array<ArrayBuffer> = '{}',
    headers: Record<string, string> = { 'content-type': 'application/json' },
    method = 'POST',
  ): Promise<CallAnswer> {
    return readAnswer(await fetch(`${this.url}${path}`, { method, headers, body }));
  }

  async get(path: string): Promise<CallAnswer> {
    return readAnswer(await fetch(`${this.url}${path}`));
  }

  async api(path: string, method = 'GET', body?: unknown): Promise<CallAnswer> {
    const token = readFileSync(this.#place.tokenPath, 'utf8').trim();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return readAnswer(await fetch(`${this.url}/api/${path}`, { method, headers, ...sent }));
  }

  async items(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { body } = await this.api(path);
    return z.object({ items: z.array(z.record(z.string(), z.unknown())) }).parse(body).items;
  }

  /** How many calls of an agent did not run, by reason. */
  async skips(agent: string): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    for (const { reason, count } of await this.items(`skips?agent=${agent}`)) {
      counts[String(reason)] = (counts[String(reason)] ?? 0) + Number(count);
    }
    return counts;
  }
}

async function readAnswer(response: Response): Promise<CallAnswer> {
  const text = await response.text();
  const json = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: json ? z.record(z.string(), z.unknown()).parse(JSON.parse(text)) : {},
  };
}
