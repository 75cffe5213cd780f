import { errorMessage } from '../core/failure.ts';
import type { Redactor } from '../core/redact.ts';
import { AddressRefused, assertPublic, forbiddenHost } from './address-guard.ts';
import { answerText } from './answer-text.ts';
import type { Lookup } from './connect.ts';
import type { Exchange, SendRequest } from './exchange.ts';
import { readEmail } from './messages/email.ts';

/** Whether a URL is one of a mail server. */
export function isMail(url: string): boolean {
  return /^smtps?:/i.test(url);
}

/**
 * Makes what hands e-mails to a server, on a connection of its own each, with STARTTLS where the server offers it.
 * The `Message-ID` is made of the delivery's `webhook-id`, so it is the same for all attempts. An e-mail that some of
 * its recipients were refused counts as sent: another attempt would reach the others twice.
 */
export function createMailer({ redactor, lookup }: { redactor: Redactor; lookup: Lookup }) {
  return async (request: SendRequest, signal: AbortSignal): Promise<Exchange> => {
    const refused = (reason: string): Exchange => ({ kind: 'refused', reason });
    const email = readEmail(request.body);
    if (email === undefined) return refused('the body is no e-mail');
    if (request.email === undefined) return refused('an e-mail needs a sender and recipients');
    if (!URL.canParse(request.url)) return refused('the URL cannot be parsed');
    try {
      const { createTransport } = await import('nodemailer');
      const transport = createTransport(await serverOf(request, lookup));
      const { from, to } = request.email;
      const sent = await transport.sendMail({
        ...email,
        from,
        to: [...to],
        messageId: messageId(request.headers['webhook-id'] ?? '', from),
        signal,
      });
      return answered(statusOf(sent.response), sent.response, redactor);
    } catch (thrown) {
      if (thrown instanceof AddressRefused) return refused(thrown.message);
      const { responseCode, response, code } = smtpError(thrown);
      // An error of the library's own may carry the last reply, which was fine and says nothing of the e-mail.
      if (responseCode !== undefined && responseCode >= 400)
        return answered(responseCode, response, redactor);
      const message = redactor.text(errorMessage(signal.aborted ? signal.reason : thrown));
      // Addresses that no server was asked about.
      return code === 'EENVELOPE' ? refused(message) : { kind: 'network', error: message };
    }
  };
}

/** Under the guard the library gets the very address that was checked; certificates are still checked against the name. */
async function serverOf({ url, guard }: SendRequest, lookup: Lookup) {
  if (guard === 'none') return { url };
  const target = new URL(url);
  const hostname = target.hostname.replace(/^\[(.*)\]$/, '$1');
  const forbidden = forbiddenHost(hostname);
  if (forbidden !== undefined) throw new AddressRefused(forbidden);
  const addresses = await lookup(hostname);
  assertPublic(hostname, addresses);
  const [first] = addresses;
  if (first === undefined) throw new Error(`${hostname} has no address`);
  target.hostname = first.family === 6 ? `[${first.address}]` : first.address;
  return { url: target.href, tls: { servername: hostname } };
}

function messageId(id: string, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'callboard.invalid';
  return `<${id}@${domain}>`;
}

function answered(status: number, response: string, redactor: Redactor): Exchange {
  const answer = answerText(Buffer.from(response), undefined, redactor);
  return { kind: 'answer', protocol: 'smtp', status, retryAfter: undefined, answer };
}

function statusOf(response: string): number {
  return Number(/^\d{3}/.exec(response)?.[0] ?? 250);
}

/** What the library adds to its errors. */
function smtpError(thrown: unknown): { responseCode: number | undefined; response: string; code: unknown } {
  const { responseCode, response, code }: { responseCode?: unknown; response?: unknown; code?: unknown } =
    typeof thrown === 'object' && thrown !== null ? thrown : {};
  return {
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
    response: typeof response === 'string' ? response : '',
    code,
  };
}
