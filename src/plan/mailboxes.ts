// Who an e-mail is from and goes to. What is no address the mail library leaves away, and says nothing of it.
import parseAddresses from 'nodemailer/lib/addressparser';

/** Why this text cannot be the `from` of an e-mail; undefined where it can. */
export function senderProblem(text: string): string | undefined {
  const problem = recipientProblem(text);
  return problem === undefined && mailboxes(text).length > 1
    ? 'holds several addresses, and wants one'
    : problem;
}

/** Why this text cannot be an entry of `to`, which may hold several addresses with commas between them; undefined where it can. */
export function recipientProblem(text: string): string | undefined {
  if (/[\r\n]/.test(text)) return 'holds a line break';
  const found = mailboxes(text);
  const wrong = found.find((address) => !/^.+@[^\s@]+$/.test(address));
  return found.length === 0 || wrong !== undefined
    ? 'is no e-mail address, such as ops@example.com'
    : undefined;
}

const mailboxes = (text: string) => parseAddresses(text, { flatten: true }).map(({ address }) => address);
