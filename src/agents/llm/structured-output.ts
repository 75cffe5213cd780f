import { errorMessage } from '../../core/failure.ts';
import { valueCheck } from './json-schema.ts';

/** The JSON text of an answer, or what is wrong with it, as a sentence for the model. */
export type Checked = { readonly output: string } | { readonly problem: string };

export type OutputCheck = (answer: string) => Checked;

/** A check of answers against a JSON Schema. A code fence around the JSON is taken off. */
export async function outputCheck(schema: Readonly<Record<string, unknown>>): Promise<OutputCheck> {
  const check = await valueCheck(schema);
  return (answer) => {
    const output = withoutFence(answer);
    let value: unknown;
    try {
      value = JSON.parse(output);
    } catch (thrown) {
      return { problem: `it is not JSON: ${errorMessage(thrown)}` };
    }
    const problem = check(value);
    return problem === undefined ? { output } : { problem: `it does not match the schema: ${problem}` };
  };
}

/** What the model is told about the form of its answer. */
export function outputInstruction(schema: Readonly<Record<string, unknown>>): string {
  return `Answer with nothing but one JSON value that matches this JSON Schema:\n${JSON.stringify(schema)}`;
}

function withoutFence(answer: string): string {
  const fenced = /^```[a-z]*[ \t\r]*\n([\s\S]*)```$/i.exec(answer.trim());
  return (fenced?.[1] ?? answer).trim();
}
