export interface StreamedEvent {
  readonly id: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A stream of server-sent events, as far as it has come. */
export class EventStream {
  readonly events: StreamedEvent[] = [];
  /** Resolves when the other side ends it; rejects when it breaks off. */
  readonly ended: Promise<void>;
  readonly #controller = new AbortController();

  private constructor(body: ReadableStream<Uint8Array>, controller: AbortController) {
    this.#controller = controller;
    this.ended = this.#read(body);
    this.ended.catch(() => {});
  }

  /** Resolves with the status where it is refused. */
  static async open(url: string, headers: Record<string, string>): Promise<EventStream | number> {
    const controller = new AbortController();
    const answer = await fetch(url, { headers, signal: controller.signal });
    if (answer.status !== 200 || answer.body === null) return answer.status;
    return new EventStream(answer.body, controller);
  }

  close(): void {
    this.#controller.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
    if (field('id') === '') return;
    this.events.push({ id: Number(field('id')), type: field('event'), data: JSON.parse(field('data')) });
  }
}
