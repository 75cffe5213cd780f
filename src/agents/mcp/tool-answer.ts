import { fields } from './fields.ts';

/** What a tool answered, as text for the model. */
export interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
}

/** The answer of a `tools/call` (Model Context Protocol, "Tool Result"): its texts; other content is only named. */
export function toolAnswer(result: { readonly [name: string]: unknown }): ToolAnswer {
  const parts = Array.isArray(result.content) ? result.content.map(partText) : [];
  if (parts.length === 0 && result.structuredContent !== undefined) {
    parts.push(JSON.stringify(result.structuredContent));
  }
  return { text: parts.join('\n'), isError: result.isError === true };
}

function partText(part: unknown): string {
  const { type, text, mimeType, data, resource, uri } = fields(part);
  if (type === 'text' && typeof text === 'string') return text;
  if (type === 'resource') {
    const { text: content, uri: of, mimeType: kind } = fields(resource);
    return typeof content === 'string' ? content : `[resource ${of} ${kind ?? ''}]`;
  }
  if (type === 'resource_link') return `[resource ${uri}]`;
  return `[${type} ${mimeType ?? ''}, ${typeof data === 'string' ? data.length : 0} characters of base64]`;
}
