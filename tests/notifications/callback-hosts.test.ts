import { expect, test } from 'vitest';
import { namesHost, refuseCallback } from '../../src/notifications/callback-hosts.ts';

test('without callback_hosts any public host will do', () => {
  expect(refuseCallback('https://example.com/x?y', undefined)).toBeUndefined();
  expect(refuseCallback('http://9.9.9.9:8080/', undefined)).toBeUndefined();
});

test.each([
  ['', 'is no absolute URL'],
  ['/relative', 'is no absolute URL'],
  ['http://', 'is no absolute URL'],
  ['file:///etc/passwd', 'its scheme is file:'],
  ['smtp://example.com', 'its scheme is smtp:'],
  ['javascript:alert(1)', 'its scheme is javascript:'],
  ['https://user:password@example.com/', 'it carries credentials'],
  ['http://127.0.0.1/', '127.0.0.1 is no public address (loopback)'],
  ['http://0x7f.1/', '127.0.0.1 is no public address (loopback)'],
  ['http://[::ffff:10.0.0.1]/', 'is no public address (private)'],
  ['http://localhost:8080/', 'localhost is a local name'],
  ['http://metadata.google.internal/', 'is a local name'],
])('%s is refused: %s', (url, why) => {
  expect(refuseCallback(url, undefined)).toContain(why);
});

test('a password of the URL is not repeated', () => {
  expect(refuseCallback('https://user:password@example.com/', undefined)).not.toContain('password');
});

test.each([
  ['https://hooks.zapier.com/a', ['*.zapier.com'], true],
  ['https://a.b.zapier.com/a', ['*.zapier.com'], true],
  ['https://HOOKS.ZAPIER.COM./a', ['*.Zapier.com'], true],
  ['https://zapier.com/a', ['*.zapier.com'], false],
  ['https://a.bücher.de/a', ['*.BÜCHER.de'], true],
  ['https://a.xn--bcher-kva.de/a', ['*.bücher.de'], true],
  ['https://a.b1cher.de/a', ['*.bücher.de'], false],
  ['https://evilzapier.com/a', ['*.zapier.com'], false],
  ['https://hooks.zapier.com.evil.example/a', ['*.zapier.com'], false],
  ['https://hookszapier.com/', ['hooks*zapier.com'], true],
  ['https://xzapierycom/', ['*.zapier.com'], false],
  ['https://example.com/', ['other.example', 'EXAMPLE.com'], true],
  ['https://example.com:8443/', ['example.com'], true],
  ['https://example.com:8443/', ['example.com:443'], false],
  ['https://example.com/', ['example.com:443'], true],
  ['http://example.com/', ['*.com:80'], true],
  ['http://127.0.0.1:9/', ['127.0.0.1'], true],
  ['http://127.1:9/', ['127.0.0.1:9'], true],
  ['http://127.0.0.1:9/', ['0x7f.1'], true],
  ['http://[::1]/', ['::1'], true],
  ['http://[::1]:80/', ['[::1]:80'], true],
  ['http://127.0.0.1:9/', ['127.0.0.*'], false],
  ['http://localhost/', ['*'], false],
  ['http://localhost/', ['localhost'], true],
  ['https://bücher.example/', ['bücher.example'], true],
  ['https://xn--bcher-kva.example/', ['bücher.example'], true],
  ['https://example.com/', [], false],
])('%s with callback_hosts %j: %s', (url, hosts, allowed) => {
  expect(refuseCallback(url, hosts) === undefined).toBe(allowed);
});

test('only an entry without * names a host', () => {
  expect(namesHost('127.0.0.1', new URL('http://127.1/'))).toBe(true);
  expect(namesHost('127.0.0.*', new URL('http://127.1/'))).toBe(false);
  expect(namesHost('*', new URL('http://127.1/'))).toBe(false);
});
