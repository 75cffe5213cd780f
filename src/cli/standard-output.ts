import { fstatSync, writeSync } from 'node:fs';
import type { Output } from './io.ts';

export interface StandardOutputOptions {
  /** The process's own stream. */
  readonly stream: NodeJS.WriteStream & { readonly fd: number };
  /** Hears of each write that failed, in whole or in part. */
  readonly onFailure: (thrown: NodeJS.ErrnoException) => void;
  /** Hears of each write that went well into a file. */
  readonly onWritten: () => void;
}

/**
 * Standard output that tells when something could not be written. Into a file it writes by itself: the streams of Node
 * take half of a text for the whole where the disk becomes full, and those of Deno throw where others emit.
 */
export class StandardOutput implements Output {
  readonly #options: StandardOutputOptions;
  readonly #isFile: boolean;

  constructor(options: StandardOutputOptions) {
    this.#options = options;
    this.#isFile = !options.stream.isTTY && isFile(options.stream.fd);
    options.stream.on('error', options.onFailure);
  }

  write(text: string): void {
    const { stream, onFailure, onWritten } = this.#options;
    try {
      if (!this.#isFile) stream.write(text);
      else {
        this.#writeAll(Buffer.from(text));
        onWritten();
      }
    } catch (thrown) {
      onFailure(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  }

  /** Calls back when everything that was written is out, or never will be. */
  end(callback: () => void): void {
    if (this.#isFile) {
      callback();
      return;
    }
    try {
      this.#options.stream.write('', callback);
    } catch {
      callback();
    }
  }

  #writeAll(bytes: Uint8Array): void {
    const { fd } = this.#options.stream;
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes.subarray(at));
  }
}

/** Or a device, as `/dev/full`: what takes bytes at once or not at all. */
function isFile(descriptor: number): boolean {
  try {
    const status = fstatSync(descriptor);
    return status.isFile() || status.isCharacterDevice();
  } catch {
    // Closed by whoever started the process.
    return false;
  }
}
