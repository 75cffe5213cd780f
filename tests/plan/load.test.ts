import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/config/diagnostics.ts';
import { type LoadOptions, loadPlan } from '../../src/plan/load.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { echo } from './planned.ts';

let cwd = '';

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'callboard-load-'));
  mkdirSync(join(cwd, 'sub'));
});

afterEach(() => rmSync(cwd, { recursive: true }));

function load(path: string, options: Partial<LoadOptions> = {}) {
  // Nothing listens on port 9, so no Ollama of this machine is found.
  const ollama = 'http://127.0.0.1:9';
  return loadPlan({ path, environment: {}, cwd, clock: new FakeClock(), ollama, ...options });
}

async function said(path: string, options: Partial<LoadOptions> = {}): Promise<string[]> {
  return (await load(path, options)).diagnostics.map(formatDiagnostic);
}

function write(path: string, content: string | Uint8Array): void {
  writeFileSync(join(cwd, path), content);
}

describe('variables', () => {
  const described = async (options: Partial<LoadOptions> = {}) => {
    write('sub/c.yaml', echo(`description: \${WHO:-nobody}`));
    return (await load('sub/c.yaml', options)).plan?.agents.get('a')?.description;
  };

  it('come from the environment, a named file, the .env beside the config, that of the working folder', async () => {
    expect(await described()).toBe('nobody');
    write('.env', 'WHO=working\n');
    expect(await described()).toBe('working');
    write('sub/.env', '# ours\nexport WHO="beside" # this one\n');
    expect(await described()).toBe('beside');
    write('named.env', 'WHO=named\n');
    expect(await described({ envFile: 'named.env' })).toBe('named');
    expect(await described({ envFile: 'named.env', environment: { WHO: 'real' } })).toBe('real');
  });

  it.each([
    ['a line that assigns nothing', 'a note without a sign\nWHO=me\n', 'me'],
    ['a line without a name', '=x\nWHO=me\n', 'me'],
    ['a line of YAML', '---\nWHO=me\n', 'me'],
    ['a tab before the value', 'WHO=\tme\n', 'me'],
    ['quotes within quotes', 'WHO="m\\"e"\n', 'm\\"e'],
    ['lines of Windows', 'A=1\r\nWHO=me\r\n', 'me'],
    ['several lines in quotes', 'WHO="m\ne"\nA=1\n', 'm\ne'],
    ['a byte order mark', '\uFEFFWHO=me\n', 'me'],
  ])('are read alike on every runtime: %s', async (_what, text, value) => {
    write('.env', text);
    expect(await described()).toBe(value);
  });

  it('that the environment has empty stay empty', async () => {
    write('.env', 'WHO=working\n');
    write('c.yaml', echo(`description: "<\${WHO}>"`));
    expect((await load('c.yaml', { environment: { WHO: '' } })).plan?.agents.get('a')?.description).toBe(
      '<>',
    );
  });

  it('of a named file that is not there are a problem', async () => {
    write('c.yaml', echo());
    expect(await said('c.yaml', { envFile: 'gone.env' })).toEqual([
      expect.stringMatching(/^c\.yaml:1:1: cannot read the variables of .*gone\.env: ENOENT/),
    ]);
  });
});

describe('a file', () => {
  it('that is not there', async () => {
    expect(await said('gone.yaml')).toEqual([
      expect.stringMatching(/^gone\.yaml:1:1: the file cannot be read: ENOENT/),
    ]);
  });

  it('that is a folder', async () => {
    expect(await said('sub')).toEqual([expect.stringMatching(/^sub:1:1: the file cannot be read: EISDIR/)]);
  });

  it('of ten megabytes', async () => {
    write('big.yaml', '#'.repeat(10_000_000));
    expect(await said('big.yaml')).toEqual([
      'big.yaml:1:1: the file has 10000000 bytes, and a config may have at most 4194304 (4 MiB)',
    ]);
  });

  it('in another encoding', async () => {
    write('latin1.yaml', Buffer.from('# one\nname: caf\u00e9\n', 'latin1'));
    expect(await said('latin1.yaml')).toEqual([
      'latin1.yaml:2:10: the file is not text in UTF-8: it holds other bytes here',
    ]);
  });

  it('with a byte order mark', async () => {
    write('bom.yaml', `\ufeff${echo()}`);
    expect(await said('bom.yaml')).toEqual([]);
  });

  it('with carriage returns', async () => {
    write('crlf.yaml', echo('tmeout: 5s').replaceAll('\n', '\r\n'));
    expect(await said('crlf.yaml')).toEqual([
      'crlf.yaml:4:5: unknown key "tmeout" (did you mean "timeout"?)',
    ]);
  });

  it('keeps the journal in the working folder', async () => {
    write('sub/c.yaml', echo());
    expect((await load('sub/c.yaml')).plan?.journal.path).toBe(join(cwd, 'data', 'callboard.db'));
  });

  it('tells which files it read or looked for, so that a change of any can be noticed', async () => {
    write(
      'sub/c.yaml',
      'llms: { default: { provider: echo } }\nagents: { a: { instruction_file: words.md } }\n',
    );
    const names = async () => {
      const { files } = await load('sub/c.yaml', { envFile: 'extra.env' });
      return [...files.keys()].map((path) => path.slice(cwd.length + 1)).sort();
    };
    // Without the named file of variables nothing further is read.
    expect(await names()).toEqual(['.env', 'extra.env', 'sub/.env', 'sub/c.yaml']);
    write('extra.env', 'X=1');
    expect(await names()).toEqual(['.env', 'extra.env', 'sub/.env', 'sub/c.yaml', 'sub/words.md']);
    const before = (await load('sub/c.yaml', { envFile: 'extra.env' })).files;
    write('sub/words.md', 'Be brief.');
    const after = (await load('sub/c.yaml', { envFile: 'extra.env' })).files;
    const changed = [...before].filter(([path, stamp]) => after.get(path) !== stamp);
    expect(changed.map(([path]) => path)).toEqual([join(cwd, 'sub/words.md')]);
  });
});
