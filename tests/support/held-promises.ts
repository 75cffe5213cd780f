/** A promise that waits for the test. */
export interface Held<Value> {
  readonly settle: (value: Value) => void;
  readonly fail: (reason: unknown) => void;
}

/** Promises that end when the test says so; one that is aborted is forgotten. */
export class HeldPromises<Key, Value> {
  readonly open = new Map<Key, Held<Value>>();

  hold(key: Key, signal: AbortSignal): Promise<Value> {
    if (this.open.has(key)) throw new Error(`${String(key)} is under way already`);
    return new Promise((settle, fail) => {
      const held = { settle, fail };
      this.open.set(key, held);
      signal.addEventListener('abort', () => {
        if (this.open.get(key) === held) this.open.delete(key);
      });
    });
  }

  /** The one at this place, whatever the number. */
  take(place: number): readonly [Key, Held<Value>] | undefined {
    const all = [...this.open];
    const found = all[place % Math.max(1, all.length)];
    if (found !== undefined) this.open.delete(found[0]);
    return found;
  }
}
