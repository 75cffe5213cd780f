/** A tool as its server describes it. */
export interface ServerTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/**
 * What is read of `tools/list` (Model Context Protocol, "Listing Tools"). Less than the library reads: it compiles the
 * schema of what each tool answers, which nothing here needs, and gives up on the whole list where one cannot be compiled.
 */
export async function toolList() {
  const { z } = await import('zod');
  const named = z.object({ name: z.string() });
  const described = named.extend({
    description: z.string().nullish(),
    inputSchema: z.looseObject({ type: z.literal('object') }),
  });
  return {
    page: z.object({ tools: z.array(z.unknown()), nextCursor: z.string().nullish() }),
    /** The tool of an entry, or the name of one that a model cannot be told of. */
    read(entry: unknown): ServerTool | { readonly unreadable: string } {
      const { data: tool } = described.safeParse(entry);
      if (tool !== undefined) return { ...tool, description: tool.description ?? '' };
      return { unreadable: named.safeParse(entry).data?.name ?? 'one without a name' };
    },
  };
}
