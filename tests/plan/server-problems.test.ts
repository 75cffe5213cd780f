import { expect, it } from 'vitest';
import { echo, said } from './planned.ts';

const jwks = 'jwks_url: "https://auth.example.com/jwks.json"';

it.each([
  ['no such port', 'server: { port: 70000 }', ['c.yaml:1:17: port must be at most 65535, not 70000']],
  ['text as port', 'server: { port: http }', ['c.yaml:1:17: port must be a whole number, not "http"']],
  [
    'auth that lets nobody in',
    'server: { auth: { enabled: true } }',
    ['c.yaml:1:28: auth is enabled, but nobody could log in: give it jwks_url or api_keys'],
  ],
  [
    'auth without issuer and audience',
    `server:\n  auth: { enabled: true, ${jwks} }`,
    [
      'c.yaml:2:3: warning: auth names no audience: any token that these keys signed is let in, whatever it says there',
      'c.yaml:2:3: warning: auth names no issuer: any token that these keys signed is let in, whatever it says there',
    ],
  ],
  ['auth with both', `server: { auth: { enabled: true, ${jwks}, issuer: i, audience: a } }`, []],
  [
    'keys over http',
    'server: { auth: { jwks_url: "http://auth.example.com/" } }',
    ['c.yaml:1:29: jwks_url must be https, or on loopback: who can change the keys on their way can log in'],
  ],
  ['keys over http from loopback', 'server: { auth: { jwks_url: "http://127.0.0.1:9/" } }', []],
  [
    'an empty key',
    'server: { auth: { api_keys: [""] } }',
    ['c.yaml:1:30: api_keys[0] is empty: an empty secret would check nothing'],
  ],
  [
    'a key that no header carries',
    'server: { auth: { api_keys: ["open sesame", { key: schlüssel }] } }',
    [
      'c.yaml:1:30: api_keys[0] can never be sent: a header carries printable ASCII without spaces',
      'c.yaml:1:45: api_keys[1] can never be sent: a header carries printable ASCII without spaces',
    ],
  ],
  [
    'keys that could be guessed',
    'server: { auth: { api_keys: [fifteen-letters, { key: abcdefgh }, sixteen-letters-] } }',
    [0, 1].map(
      (index) =>
        `c.yaml:1:${[30, 47][index]}: warning: api_keys[${index}] has fewer than 16 characters: it could be guessed, since wrong ones are not counted`,
    ),
  ],
  [
    'keys behind a password',
    'server: { auth: { jwks_url: "https://a:b@auth.example.com/" } }',
    ['c.yaml:1:29: jwks_url must not carry a name and password: key sets are public'],
  ],
  [
    'a wrong scope',
    'server: { auth: { api_keys: [{ key: abcdefgh, scopes: [wirte] }] } }',
    ['c.yaml:1:56: scopes[0] must be read or write, not "wirte" (did you mean "write"?)'],
  ],
  ['half of TLS', 'server: { tls: { cert_file: c.pem } }', ['c.yaml:1:11: key_file is required']],
  [
    'TLS files that are not there',
    'server: { tls: { cert_file: c.pem, key_file: k.pem } }',
    [
      'c.yaml:1:29: cert_file cannot be read: no such file: /config/c.pem',
      'c.yaml:1:46: key_file cannot be read: no such file: /config/k.pem',
    ],
  ],
  [
    'an origin with a path',
    'server: { cors: { origins: ["https://a.example/x"] } }',
    [
      'c.yaml:1:29: origins[0] must be an origin such as "https://app.example.com", not "https://a.example/x"',
    ],
  ],
  [
    'a proxy that is no address',
    'server: { trust_proxy: [localhost] }',
    ['c.yaml:1:25: trust_proxy[0] must be an address or a CIDR such as 10.0.0.0/8, not "localhost"'],
  ],
  ['an empty section', 'limits:', ['c.yaml:1:1: limits is empty: give it a value or leave it out']],
  [
    'a wrong level',
    'logger: { level: warning }',
    ['c.yaml:1:18: level must be debug, info, warn or error, not "warning"'],
  ],
  [
    'a wrong endpoint',
    'observability: { tracing: { enabled: true, endpoint: localhost } }',
    ['c.yaml:1:54: endpoint must be an absolute http:// or https:// URL, not "localhost"'],
  ],
  [
    'tracing to nowhere',
    'observability: { tracing: { enabled: true } }',
    ['c.yaml:1:38: tracing is enabled, but has no endpoint to send to, such as "http://localhost:4318"'],
  ],
  [
    'problems in several sections',
    'limits: { queue: 0 }\nlogger: { level: loud }\njournal: { kep: 1d }',
    [
      'c.yaml:1:18: queue must be at least 1, not 0',
      'c.yaml:2:18: level must be debug, info, warn or error, not "loud"',
      'c.yaml:3:12: unknown key "kep" (did you mean "keep"?)',
    ],
  ],
])('%s', (_name, section, lines) => {
  expect(said(`${section}\n${echo()}`)).toEqual(lines);
});
