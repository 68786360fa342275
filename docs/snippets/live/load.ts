import { request } from '../errors/request';
import { type MatchState, MatchStates } from './states';

const MATCHES = `query Matches($after: String) {
  matches(first: 100, after: $after) {
    nodes { matchNumber version categories { category available pending sellable status } }
    pageInfo { hasNextPage endCursor }
  }
}`;

interface Page {
  matches: { nodes: MatchState[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

/** All matches as they are now; a subscription with their versions as `since` brings what changes from then on. */
export async function loadAll(url: string): Promise<MatchStates> {
  const states = new MatchStates();
  let after: string | null = null;
  do {
    const { matches }: Page = await request<Page>(url, MATCHES, { after });
    for (const state of matches.nodes) states.take(state);
    after = matches.pageInfo.hasNextPage ? matches.pageInfo.endCursor : null;
  } while (after);
  return states;
}
