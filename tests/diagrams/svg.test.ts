import { expect, test } from 'vitest';
import type { PlacedDiagram } from '../../src/diagrams/layout.ts';
import { sheetOf } from '../../src/diagrams/sheet.ts';
import { escaped, svgOf } from '../../src/diagrams/svg.ts';

const placed: PlacedDiagram = {
  title: 'A & <B>',
  width: 100,
  height: 50,
  boxes: [
    {
      id: 'a"b',
      kind: 'final',
      title: '<x>',
      lines: ['1 < 2'],
      boxes: [],
      area: { x: 10, y: 10, width: 40, height: 30 },
    },
  ],
  arrows: [
    {
      from: 'a"b',
      to: 'a"b',
      label: ['go & stay'],
      labelAt: { x: 60, y: 20 },
      points: [
        { x: 50, y: 20 },
        { x: 58, y: 20 },
        { x: 58, y: 30 },
        { x: 50, y: 30 },
      ],
    },
  ],
};

test('text is text, wherever it stands', () => {
  const svg = svgOf(placed);
  expect(svg).toContain('aria-label="A &#38; &#60;B&#62;"');
  expect(svg).toContain('data-id="a&#34;b"');
  expect(svg).toContain('>1 &#60; 2<');
  expect(svg).toContain('>go &#38; stay<');
  expect(escaped('a\u0000b\u001bc\ud800d\u{1f600}')).toBe('abcd\u{1f600}');
});

test('an arrow ends in a head that points to where it leads', () => {
  // From the right: the tip is the last point, the foot seven pixels before it but at most half the last stretch.
  expect(svgOf(placed)).toContain('class="head" d="M50 30L54 28L54 32Z"');
});

test('a page may show it under its own policy: no style, script or address in it', () => {
  expect(svgOf(placed)).not.toMatch(/style|script|href|url\(|on\w+=/);
});

test('a sheet keeps pictures apart and its width in bounds', () => {
  const wide = { ...placed, width: 900 };
  const sheet = sheetOf([wide, wide, wide]);
  const places = [...sheet.matchAll(/<g transform="translate\((\d+) (\d+)\)"><text class="heading"/g)];
  expect(places.map(([, x, y]) => [Number(x), Number(y)])).toEqual([
    [16, 16],
    [16, 104],
    [16, 192],
  ]);
  expect(sheet).toMatch(/^<svg [^>]*width="932" height="280"/);
});
