import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolate, isOneReference, originOf } from '../../src/config/env.ts';

const environment = { NAME: 'Ada', EMPTY: '', _x1: 'y' };

describe('interpolate', () => {
  it.each([
    [`\${NAME}`, 'Ada'],
    [`Hello \${NAME}, \${_x1}!`, 'Hello Ada, y!'],
    [`\${GONE:-nobody}`, 'nobody'],
    [`\${EMPTY:-nobody}`, 'nobody'],
    [`\${EMPTY}`, ''],
    [`\${GONE:-}`, ''],
    [`\${GONE:-http://x:80/?a=b c}`, 'http://x:80/?a=b c'],
    [`\${NAME:-nobody}`, 'Ada'],
    [`\${GONE:-\${NAME}}!`, 'Ada!'],
    [`\${NAME:-\${GONE}}!`, 'Ada!'],
    [`\${GONE:-a \${EMPTY:-b \${GONE:-c \${NAME}} d} e}`, 'a b c Ada d e'],
    [`\${GONE:-\\\${NAME}}`, `\${NAME}`],
    [`\${GONE:-{"a":\${NAME}}`, '{"a":Ada'],
    [`\\\${GONE:-\${NAME}} \${NAME}`, `\${GONE:-\${NAME}} Ada`],
    [`\\\${GONE \${NAME} \${NAME}`, `\${GONE \${NAME} Ada`],
    [`\\\${NAME}`, `\${NAME}`],
    [`a\\\${NAME} \${NAME}`, `a\${NAME} Ada`],
    ['$NAME $x {{ $x }}', '$NAME $x {{ $x }}'],
    [`\${{ matrix.x }} \${1} \${}`, `\${{ matrix.x }} \${1} \${}`],
    [`\\$ \\{ {{ "\\"" }}`, `\\$ \\{ {{ "\\"" }}`],
  ])('%s becomes %s', (value, text) => {
    expect(interpolate(value, environment)).toMatchObject({ text, problems: [] });
  });

  it('does not look into what it put in', () => {
    const world = { A: `\${NAME}`, NAME: 'x' };
    expect(interpolate(`\${A}`, world).text).toBe(`\${NAME}`);
    expect(interpolate(`\${GONE:-\${A}}`, world).text).toBe(`\${NAME}`);
  });

  it.each([
    [`ab \${GONE} c`, 3, 'the variable GONE is not set'],
    [`\${NAME`, 0, 'is no reference to a variable'],
    [`\${user.name}`, 0, 'is no reference to a variable'],
    [`a \${GONE:-b \${ALSO}}`, 12, 'the variable ALSO is not set'],
    [`a \${GONE:-b \${ALSO:-\${GONE}}}`, 20, 'the variable GONE is not set'],
    [`\${NAME:-\${user.name}}`, 8, 'is no reference to a variable'],
    [`\${NAME:-\${GONE}`, 0, 'is no reference to a variable'],
    [`${'${A:-'.repeat(11)}${'}'.repeat(11)}`, 50, 'nested deeper than 10 levels'],
    [`\${NAME:+x}`, 0, 'is no reference to a variable'],
  ])('%s is a problem at %i', (value, offset, message) => {
    const { problems } = interpolate(value, environment);
    expect(problems).toEqual([{ offset, message: expect.stringContaining(message) }]);
  });

  it('looks at a hundred thousand defaults in one another without end', () => {
    const value = `\${A:-`.repeat(100_000) + '}'.repeat(100_000);
    expect(interpolate(value, {}).problems).toMatchObject([{ offset: 50 }]);
  });

  it('leaves text without a reference as it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('$', '{', '}', '\\', 'A', '_', ':', '-', '1', ' ', 'é', '\n') }),
        (text) => {
          fc.pre(!text.includes(`\${`));
          expect(interpolate(text, environment)).toMatchObject({ text, problems: [] });
        },
      ),
    );
  });

  it('knows where each copied character came from', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom(`\${NAME}`, `\${GONE:-x \${NAME} y}`, `\\\${NAME}`, `\${EMPTY}`),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const value = parts.join('');
        const { text, pieces } = interpolate(value, environment);
        for (const { to, length, copied } of pieces) {
          for (let at = to; copied && at < to + length; at += 1) {
            expect(value[originOf(pieces, at)]).toBe(text[at]);
          }
        }
      }),
    );
  });
});

describe('isOneReference', () => {
  it.each([
    [`\${PORT}`, true],
    [`\${PORT:-8080}`, true],
    [`\${PORT:-\${OTHER:-8080}}`, true],
    [`\${PORT:-\${OTHER}`, false],
    [`\${A}\${B}`, false],
    [`\${A}}`, false],
    [` \${A}`, false],
    [`\\\${A}`, false],
    [`\${1}`, false],
  ])('%s: %s', (value, expected) => expect(isOneReference(value)).toBe(expected));
});
