// What the page asks Matchday for: the fields that Matchday's own page shows.

const DOCUMENT = `query MatchesPage {
  matches(first: 100) {
    totalCount
    nodes {
      matchNumber
      roundNumber
      dateUtc timeZone
      location
      homeTeam
      awayTeam
      group
      version
      categories { category price { amount currency } sellable status }
    }
  }
}`;

/** All matches, asked for when the page is built and then once in `seconds` at most. */
export async function allMatches(seconds) {
  const answer = await fetch(`${process.env.MATCHDAY_URL}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'next' },
    body: JSON.stringify({ query: DOCUMENT }),
    next: { revalidate: seconds },
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data.matches.nodes;
}
