// Errors on their way between threads: a copy of an error keeps neither its class nor its fields.
import { errorMessage } from '../../../core/failure.ts';
import { InvalidCursor, JournalUnavailable, StaleFence } from '../../errors.ts';
import { JournalInUse, JournalOpenError, type JournalOwner, JournalTooNew, NotAJournal } from '../errors.ts';

export type SentError =
  | { readonly kind: 'unavailable'; readonly cause: string }
  | { readonly kind: 'stale'; readonly what: string }
  | { readonly kind: 'cursor'; readonly cursor: string }
  | { readonly kind: 'in use'; readonly path: string; readonly owner: JournalOwner | undefined }
  | { readonly kind: 'too new'; readonly path: string; readonly found: number; readonly known: number }
  | { readonly kind: 'no journal' | 'not opened'; readonly path: string; readonly why: string }
  | { readonly kind: 'other'; readonly message: string };

export function sendError(thrown: unknown): SentError {
  if (thrown instanceof JournalUnavailable) return { kind: 'unavailable', cause: errorMessage(thrown.cause) };
  if (thrown instanceof StaleFence) return { kind: 'stale', what: thrown.what };
  if (thrown instanceof InvalidCursor) return { kind: 'cursor', cursor: thrown.cursor };
  if (thrown instanceof JournalInUse) return { kind: 'in use', path: thrown.path, owner: thrown.owner };
  if (thrown instanceof JournalTooNew) {
    return { kind: 'too new', path: thrown.path, found: thrown.found, known: thrown.known };
  }
  if (thrown instanceof NotAJournal) return { kind: 'no journal', path: thrown.path, why: thrown.why };
  if (thrown instanceof JournalOpenError) return { kind: 'not opened', path: thrown.path, why: thrown.why };
  return { kind: 'other', message: errorMessage(thrown) };
}

export function receiveError(sent: SentError): Error {
  switch (sent.kind) {
    case 'unavailable':
      return new JournalUnavailable(sent.cause);
    case 'stale':
      return new StaleFence(sent.what);
    case 'cursor':
      return new InvalidCursor(sent.cursor);
    case 'in use':
      return new JournalInUse(sent.path, sent.owner);
    case 'too new':
      return new JournalTooNew(sent.path, sent.found, sent.known);
    case 'no journal':
      return new NotAJournal(sent.path, sent.why);
    case 'not opened':
      return new JournalOpenError(sent.path, sent.why);
    case 'other':
      return new Error(sent.message);
  }
}
