import type { YAMLError } from 'yaml';

/** What the YAML parser found, in the words of somebody who writes a config. */
export function yamlMessage(error: YAMLError, text: string): string {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'YAML does not allow tabs as indentation: use spaces';
    case 'MULTIPLE_DOCS':
      return 'the file holds several YAML documents (separated by ---): a config is one';
    case 'TAG_RESOLVE_FAILED':
      return `YAML tags are not supported: ${asText('!')}`;
    case 'RESOURCE_EXHAUSTION':
      return 'values are nested too deeply here';
    case 'BAD_DQ_ESCAPE':
      return 'this is no YAML: in double quotes a backslash must be doubled (\\\\)';
    case 'BAD_DIRECTIVE':
      return 'YAML directives are not supported: a line must not begin with %';
    case 'BAD_ALIAS':
      return asText('*');
    case 'BAD_SCALAR_START':
      return asText(text.charAt(error.pos[0]));
    case 'BLOCK_AS_IMPLICIT_KEY':
      return `this is no YAML: ${error.message}; a value that holds ": " must be in quotes`;
    default:
      // `{ port: ${PORT} }`: the braces of the reference end a plain value there.
      if (text.charAt(error.pos[0] - 1) === '$' && text.charAt(error.pos[0]) === '{') {
        return 'inside { } and [ ] a reference to a variable must stand in quotes';
      }
      // `cron: */5 * * * *`: what follows the first asterisk is an alias, which ends at the space.
      if (/(?:^|[\s,[{])\*\S*\s+$/.test(lineUntil(text, error.pos[0]))) return asText('*');
      return `this is no YAML: ${withoutSource(firstLine(error.message))}`;
  }
}

/** Behind a colon the parser repeats the file, and that may be a secret. */
function withoutSource(message: string): string {
  return message.replace(/(?<=\S):\s.*$/, '');
}

/** What begins so has a meaning of its own in YAML. */
const asText = (character: string) => `text that begins with ${character} must be in quotes`;

function lineUntil(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
