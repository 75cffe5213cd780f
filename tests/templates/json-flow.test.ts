// Whatever way a Liquid template takes through its tags, its values stand in the JSON where they were placed at load.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TemplateError } from '../../src/templates/template.ts';
import { render } from './support.ts';

/** `q` prints as `Q` in a string, as `["Q"]` elsewhere. */
const data = { q: ['Q'], one: 1, none: [], two: [1, 2] };

const leaves = ['"', '"', 'a', '{{ q }}', '{% cycle q %}', '{% break %}', '{% continue %}'];
/** Each `#` is a block. */
const tags = [
  '"#"',
  '{% if x == 1 %}#{% endif %}',
  '{% if x == 1 %}#{% else %}#{% endif %}',
  '{% unless x == 1 %}#{% elsif one == 1 %}#{% endunless %}',
  '{% for x in two %}#{% endfor %}',
  '{% for x in none %}#{% else %}#{% endfor %}',
  '{% case one %}{% when 1 %}#{% when 1 %}#{% else %}#{% endcase %}',
  '{% case x %}{% when 1 %}#{% when one %}#{% when 2 %}#{% endcase %}',
  '{% capture y %}#{% endcapture %}',
  '{% capture y %}{% tablerow z in two %}#{% endtablerow %}{% endcapture %}',
  '{% liquid\nif x == 1\nbreak\nendif\n%}',
  '{% liquid\ncapture y\ncontinue\nendcapture\n%}',
];

const { block } = fc.letrec<{ block: string; tag: string }>((tie) => ({
  block: fc
    .array(fc.oneof(fc.constantFrom(...leaves), tie('tag')), { maxLength: 4 })
    .map((parts) => parts.join('')),
  tag: fc
    .tuple(fc.constantFrom(...tags), fc.array(tie('block'), { minLength: 3, maxLength: 3 }))
    .map(([tag, blocks]) =>
      blocks.reduce((text, part) => text.replace('#', () => part), tag).replaceAll('#', ''),
    ),
}));

/** Undefined where the template is refused at load. */
function printed(source: string): string | undefined {
  try {
    return render(source, data, { json: true, dialect: 'liquid' });
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

test('a value is whole outside of strings and escaped inside, whatever jumps', () => {
  const body = block.map((text) => `{% for x in two %}${text}{% endfor %}`);
  fc.assert(
    fc.property(body, (source) => {
      const outside = printed(source)?.replace(/\["Q"\]|"[^"]*"/g, '');
      expect(outside ?? '').not.toMatch(/["Q]/);
    }),
    { numRuns: 1_000 },
  );
});
