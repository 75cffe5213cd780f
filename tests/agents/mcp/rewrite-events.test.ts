import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rewriteEvents, type StreamEvent } from '../../../src/agents/mcp/rewrite-events.ts';

/** What comes out of a stream that is cut into chunks of these lengths. */
function rewritten(
  text: string,
  lengths: readonly number[],
  replace: (event: StreamEvent) => string | undefined,
): string {
  const whole = Buffer.from(text);
  const rewrite = rewriteEvents(replace);
  const passed: Uint8Array[] = [];
  for (let at = 0, index = 0; at < whole.length; index += 1) {
    const end = at + (lengths[index % lengths.length] ?? 1);
    passed.push(rewrite(whole.subarray(at, end)));
    at = end;
  }
  return Buffer.concat(passed).toString();
}

test.each(['\n', '\r\n', '\r'])('events go on as they are, whole, where lines end with %j', (end) => {
  const lines = [
    ': hello',
    '',
    'id: 1',
    'retry: 5',
    'data:',
    '',
    'event: x',
    'data: ä',
    'data:  ❄',
    '',
    'id: 2',
  ];
  const expected = ': hello\n\nid: 1\nretry: 5\ndata:\n\nevent: x\ndata: ä\ndata:  ❄\n\n';
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (lengths) => {
      const asked: string[] = [];
      const keep = ({ data }: StreamEvent) => {
        asked.push(data);
        return undefined;
      };
      expect(rewritten(lines.join(end), lengths, keep)).toBe(expected);
      expect(asked).toEqual(['', 'ä\n ❄']);
    }),
  );
});

test('of each event with data its id and name are told, as the last lines of them say', () => {
  const told: StreamEvent[] = [];
  const tell = (event: StreamEvent) => {
    told.push(event);
    return undefined;
  };
  const first = 'id: 1\nevent: x\ndata: a\n\nid: 1\nid\nevent:x\nevent:\ndata: b\ndata\n\n';
  rewritten(`${first}id:2\n\ndata: c\nid: 2\nid:3\nidle: 4\n\n`, [1_000], tell);
  expect(told).toEqual([
    { data: 'a', name: 'x', id: '1' },
    { data: 'b\n', name: 'message', id: '' },
    { data: 'c', name: 'message', id: '3' },
  ]);
});

test('what is said in place of data leaves the rest of its event, and other events, alone', () => {
  const replace = ({ data }: StreamEvent) => (data === 'old\nones' ? 'new' : undefined);
  const text = 'id: 1\ndata: old\ndata: ones\nevent: x\n\ndata: other\n\n';
  expect(rewritten(text, [1_000], replace)).toBe('id: 1\nevent: x\ndata: new\n\ndata: other\n\n');
});
