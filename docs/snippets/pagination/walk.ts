/** A page of any of Matchday's lists. */
export interface Page<Item> {
  nodes: readonly Item[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/** All items of a list, one page after the other. `page` asks for the page after a cursor. */
export async function* walk<Item>(page: (after: string | null) => Promise<Page<Item>>): AsyncGenerator<Item> {
  let after: string | null = null;
  do {
    const { nodes, pageInfo }: Page<Item> = await page(after);
    yield* nodes;
    after = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  } while (after !== null);
}
