/** Columns of the narrowest terminal that people still use. */
const width = 80;

/** How a command is written, in lines that are broken before an option or a choice. */
export function usageText(usage: string): string {
  const [first = '', ...rest] = `usage: callboard ${usage}`.split(/ (?=[[|]|--)/);
  const lines = [first];
  for (const part of rest) {
    const line = `${lines.at(-1)} ${part}`;
    if (line.length <= width) lines[lines.length - 1] = line;
    else lines.push(`    ${part}`);
  }
  return lines.join('\n');
}
