import { describe, expect, test } from 'vitest';
import { readModules } from './modules.ts';

/** The areas of the house from the ground up; each may import what lies below it, and itself. */
const layers: readonly (readonly string[])[] = [
  ['core'],
  ['config', 'templates', 'calendar', 'signatures', 'journal', 'agents'],
  ['plan'],
  ['triggers', 'tasks', 'notifications', 'diagrams'],
  ['runtime'],
  ['http', 'inspection', 'observability'],
  ['cli'],
];

/** The area that a module belongs to; undefined for the entries, which may import everything. */
function areaOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function layerOf(area: string): number {
  return layers.findIndex((areas) => areas.includes(area));
}

const modules = readModules();

describe('imports', () => {
  test('every area has its layer', () => {
    const areas = new Set(modules.map(({ path }) => areaOf(path)).filter((area) => area !== undefined));
    expect([...areas].filter((area) => layerOf(area) === -1)).toEqual([]);
  });

  test('run one way: to a layer below, never to a sibling', () => {
    const wrong = modules.flatMap(({ path, imports }) => {
      const area = areaOf(path);
      if (area === undefined) return [];
      return imports
        .map((target) => ({ target, to: areaOf(target) }))
        .filter(({ to }) => to !== undefined && to !== area && layerOf(to) >= layerOf(area))
        .map(({ target }) => `${path} -> ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test('make no circle', () => {
    const byPath = new Map(modules.map((module) => [module.path, module]));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      const at = trail.indexOf(path);
      if (at !== -1) {
        circles.push([...trail.slice(at), path].join(' -> '));
        return;
      }
      if (done.has(path)) return;
      for (const target of byPath.get(path)?.imports ?? [])
        if (byPath.has(target)) visit(target, [...trail, path]);
      done.add(path);
    };
    for (const { path } of modules) visit(path, []);
    expect(circles).toEqual([]);
  });

  test('xstate is for machines, their wiring and the inspector', () => {
    const wrong = modules
      .filter(({ imports }) => imports.includes('xstate'))
      .map(({ path }) => path)
      .filter((path) => !/\.machine\.ts$|^src\/runtime\/|^src\/inspection\//.test(path));
    expect(wrong).toEqual([]);
  });

  test('only the front end names an adapter of the journal', () => {
    const wrong = modules
      .filter(
        ({ path, imports }) =>
          !path.startsWith('src/journal/') &&
          imports.some((target) => target.startsWith('src/journal/sqlite/')),
      )
      .map(({ path }) => path)
      .filter((path) => !path.startsWith('src/cli/') && path !== 'mod.ts');
    expect(wrong).toEqual([]);
  });
});

describe('the world', () => {
  const outside = modules.filter(({ path }) => !path.startsWith('src/core/'));

  test.each([
    [
      'the time',
      /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|(?<![.\w])set(?:Timeout|Interval|Immediate)\(/,
    ],
    ['chance', /\bMath\.random\(|\brandomBytes\(|\brandomUUID\(/],
  ])('%s comes in through core', (_what, pattern) => {
    expect(outside.filter(({ text }) => pattern.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('one code path serves Node and Deno', () => {
    expect(modules.filter(({ text }) => /\bDeno\./.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('types are not silenced', () => {
    const pattern = /@ts-(?:ignore|expect-error|nocheck)|\bas any\b|<any>|as unknown as/;
    expect(modules.filter(({ text }) => pattern.test(text)).map(({ path }) => path)).toEqual([]);
  });
});
