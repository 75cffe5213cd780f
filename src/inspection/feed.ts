// The running actors in the Stately inspector's protocol, for whoever is connected.
import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { Redactor } from '../core/redact.ts';
import { redactedJson } from '../core/redacted-json.ts';
import { type Frame, frameOf, Recollection } from './recollection.ts';
import { smallInspectionEvent, smallSnapshot } from './small-event.ts';

/** One who looks on. */
export interface Onlooker {
  /** Takes one frame: an inspection event as JSON. Calls `sent` once it is on its way. */
  send(frame: string, sent: () => void): void;
  /** Bytes that were sent and have not left yet. */
  readonly waiting: number;
}

/** An onlooker with more than this many bytes on the way misses frames rather than holding up what it looks at. */
export const mostWaitingBytes = 1024 * 1024;
/** Inspection events that may wait to become frames; more are dropped. */
const mostUnconverted = 2_000;
/** Actors that are listed in one go, so that listing thousands does not hold up the work between. */
const listedAtOnce = 200;

interface Watched {
  readonly onlooker: Onlooker;
  /** Whether frames were dropped, so that it has to be told anew how things stand. */
  behind: boolean;
  /** The actors that it was told of and not yet of their end, with the number of the newest frame about each. */
  readonly told: Map<string, number>;
}

/**
 * Sends every actor, event and snapshot of an actor system to those who look on. It listens to the system only
 * while somebody looks on, or from {@linkcode InspectorFeed.start} on; otherwise it costs nothing.
 */
export class InspectorFeed {
  readonly #root: AnyActorRef;
  readonly #redactor: Redactor;
  readonly #inspector: ReturnType<typeof createInspector>;
  readonly #watched = new Set<Watched>();
  #recollection = new Recollection();
  #always = false;
  #unconverted = 0;
  /** Whether events were dropped that nobody can be told of any more. */
  #lost = false;
  /** Living actors that are still to be told of. */
  #listing: Iterator<AnyActorRef> | undefined;
  #count = 0;
  /** What the newest event says of itself, for one that we add. */
  #stamp: object = {};
  #listening: { unsubscribe(): void } | undefined;

  constructor({ root, redactor }: { readonly root: AnyActorRef; readonly redactor: Redactor }) {
    this.#root = root;
    this.#redactor = redactor;
    this.#inspector = createInspector({ send: (event) => this.#publish(event) });
  }

  /** Listens from now on, so that whoever looks on later sees what has happened. */
  start(): void {
    this.#always = true;
    this.#listen();
  }

  /** Shows how things stand and then everything that happens, until the returned function is called. */
  attach(onlooker: Onlooker): () => void {
    this.#listen();
    const watched: Watched = { onlooker, behind: false, told: new Map() };
    for (const frame of this.#recollection.frames()) this.#send(watched, frame);
    this.#watched.add(watched);
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size === 0 && !this.#always) this.#quit();
    };
  }

  #listen(): void {
    if (this.#listening !== undefined) return;
    this.#listening = this.#root.system.inspect((event) => this.#take(event));
    this.#list();
  }

  /** Tells of every living actor, as if it had just come. */
  #list(): void {
    this.#lost = false;
    this.#recollection = new Recollection();
    this.#listing = living(this.#root);
    this.#listSome();
  }

  #listSome(): void {
    for (let count = 0; count < listedAtOnce && this.#listing !== undefined; count += 1) {
      const { done, value: actorRef } = this.#listing.next();
      if (done === true) this.#listing = undefined;
      else this.#convert({ type: '@xstate.actor', actorRef, rootId: this.#root.sessionId });
    }
  }

  #quit(): void {
    this.#listening?.unsubscribe();
    this.#listening = undefined;
    this.#listing = undefined;
    this.#lost = false;
    this.#recollection = new Recollection();
  }

  #take(event: InspectionEvent): void {
    if (
      event.type !== '@xstate.actor' &&
      event.type !== '@xstate.event' &&
      event.type !== '@xstate.snapshot'
    ) {
      return;
    }
    if (this.#unconverted < mostUnconverted) this.#convert(event);
    else this.#lost = true;
  }

  #convert(event: InspectionEvent): void {
    this.#unconverted += 1;
    this.#inspector.inspect.next?.(smallInspectionEvent(event, this.#redactor));
  }

  #publish(event: StatelyInspectionEvent): void {
    this.#unconverted -= 1;
    if (this.#listening === undefined) return;
    const { createdAt, rootId, _version, id } = event;
    this.#stamp = { createdAt, rootId, _version, id };
    this.#count += 1;
    const frame = frameOf(event, { number: this.#count, text: JSON.stringify(this.#plain(event)) });
    this.#recollection.add(frame);
    for (const watched of this.#watched) if (!watched.behind) this.#send(watched, frame);
    this.#settle();
  }

  /** Once nothing waits to become a frame: sees to what was put off until then. */
  #settle(): void {
    if (this.#unconverted > 0) return;
    if (this.#lost) {
      for (const watched of this.#watched) watched.behind = true;
      this.#list();
    } else this.#listSome();
    // Before all are listed, who is not yet would seem to have ended.
    if (this.#unconverted > 0 || this.#listing !== undefined) return;
    for (const watched of this.#watched) {
      if (watched.behind && watched.onlooker.waiting < mostWaitingBytes / 2) this.#catchUp(watched);
    }
  }

  /** Tells one who missed frames who has ended since, and how all others stand. */
  #catchUp(watched: Watched): void {
    watched.behind = false;
    for (const sessionId of [...watched.told.keys()]) {
      if (this.#recollection.lives(sessionId)) continue;
      const end = {
        type: '@xstate.snapshot',
        snapshot: { status: 'stopped' },
        event: { type: 'callboard.missed' },
      };
      const text = JSON.stringify({ ...end, ...this.#stamp, sessionId });
      this.#send(watched, { text, sessionId, kind: 'end', number: this.#count });
    }
    for (const frame of this.#recollection.standing()) {
      if (frame.number > (watched.told.get(frame.sessionId) ?? 0)) this.#send(watched, frame);
    }
  }

  /** The event as it may go out: the library hands over the live snapshot of a new actor. */
  #plain(event: StatelyInspectionEvent): object {
    if (event.type !== '@xstate.actor') return event;
    const { definition, snapshot } = event;
    return {
      ...event,
      definition: definition === undefined ? undefined : redactedJson(this.#redactor, definition),
      snapshot: smallSnapshot(
        { status: 'active', output: undefined, error: undefined, ...snapshot },
        this.#redactor,
      ),
    };
  }

  #send(watched: Watched, { text, sessionId, kind, number }: Frame): void {
    if (watched.behind || watched.onlooker.waiting > mostWaitingBytes) {
      watched.behind = true;
      return;
    }
    watched.onlooker.send(text, () => this.#settle());
    if (kind === 'end') watched.told.delete(sessionId);
    else if (kind === 'begin' || watched.told.has(sessionId)) watched.told.set(sessionId, number);
  }
}

/** An actor and everything below it, parents first. */
function* living(actor: AnyActorRef): Generator<AnyActorRef> {
  if (actor.getSnapshot()?.status !== 'active') return;
  yield actor;
  const children: Readonly<Record<string, AnyActorRef | undefined>> = actor.getSnapshot()?.children ?? {};
  for (const child of Object.values(children)) if (child !== undefined) yield* living(child);
}
