import { createServer } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { problemAnswer, sendAnswer } from '../../src/http/answer.ts';
import { readBody } from '../../src/http/body.ts';
import { closeServer, listen } from '../support/listen.ts';

/** What a client hears that announces ten bytes, sends `sent` and then leaves its side open. */
async function heard(sent: string, reads: boolean): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    if (reads) await readBody(incoming, { limit: 100, contentLength: '10' });
    sendAnswer(incoming, outgoing, problemAnswer(403, 'No.'));
  });
  const socket = connect(await listen(server), '127.0.0.1');
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n${sent}`);
  let text = '';
  try {
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.endsWith('}')) break;
    }
    return text;
  } finally {
    socket.destroy();
    await closeServer(server);
  }
}

test('an answer before the whole body was read ends the connection', async () => {
  expect(await heard('12345', false)).toMatch(/^HTTP\/1\.1 403 [\s\S]*\r\nConnection: close\r\n/);
});

test('after the whole body the connection is kept', async () => {
  expect(await heard('1234567890', true)).toMatch(/^HTTP\/1\.1 403 [\s\S]*\r\nConnection: keep-alive\r\n/);
});
