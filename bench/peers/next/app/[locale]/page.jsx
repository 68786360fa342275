import { allMatches } from '../../data/matches';

const SECONDS = 60;

// Made when the site is built, kept, and made anew in the background once a minute: Next's own way for a page that everybody
// sees alike. Next reads the number from the text of this line.
export const revalidate = 60;

export const generateStaticParams = () => ['en', 'es', 'fr', 'ar'].map((locale) => ({ locale }));

const STATUS = {
  TEMPORARILY_UNAVAILABLE: 'On hold',
  SOLD_OUT: 'Sold out',
  CLOSED: 'Sale closed',
};

export default async function Page({ params }) {
  const { locale } = await params;
  const matches = await allMatches(SECONDS);
  const days = grouped(matches, (match) => dayOf(match, locale));
  return (
    <>
      <h1>{matches.length} matches</h1>
      <p>What is left is shown as of now.</p>
      <Filters matches={matches} locale={locale} />
      {[...days].map(([day, played]) => (
        <section key={day}>
          <h2>{day}</h2>
          {played.map((match) => <Match key={match.matchNumber} match={match} locale={locale} />)}
        </section>
      ))}
    </>
  );
}

function Filters({ matches, locale }) {
  const lists = [
    ['team', 'Team', matches.flatMap(({ homeTeam, awayTeam }) => [homeTeam, awayTeam])],
    ['day', 'Day', matches.map((match) => dayOf(match, locale))],
    ['stage', 'Stage', matches.map(stageOf)],
    ['venue', 'Venue', matches.map(({ location }) => location)],
  ];
  return (
    <form action={`/${locale}`}>
      {lists.map(([name, label, values]) => (
        <label key={name}>
          <span>{label}</span>
          <select name={name}>
            <option value="">Any</option>
            {[...new Set(values)].map((value) => <option key={value}>{value}</option>)}
          </select>
        </label>
      ))}
      <label><input type="checkbox" name="status" value="available" /> <span>Only what can be bought</span></label>
      <button>Show</button>
    </form>
  );
}

function Match({ match, locale }) {
  const { matchNumber, version, dateUtc, timeZone, homeTeam, awayTeam, location, categories } = match;
  const time = new Intl.DateTimeFormat(locale, { timeZone, hour: '2-digit', minute: '2-digit', timeZoneName: 'short' });
  const page = `/${locale}/matches/${matchNumber}`;
  const isAvailable = categories.some(({ status }) => status === 'AVAILABLE');
  return (
    <article data-match={matchNumber} data-version={version}>
      <time dateTime={dateUtc}>{time.format(new Date(dateUtc))}</time>
      <h3><a href={page}><bdi>{homeTeam}</bdi> v <bdi>{awayTeam}</bdi></a></h3>
      <p>{stageOf(match)} · <bdi>{location}</bdi></p>
      <ul>
        {categories.map((category) => <Category key={category.category} category={category} locale={locale} />)}
      </ul>
      <a href={page} aria-label={`${homeTeam} against ${awayTeam}`}>{isAvailable ? 'Choose tickets' : 'From other fans'}</a>
    </article>
  );
}

function Category({ category: { category, price, sellable, status }, locale }) {
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency: price.currency, trailingZeroDisplay: 'stripIfInteger' });
  return (
    <li data-category={category} data-status={status}>
      <span>Category {category}</span> <b>{money.format(price.amount)}</b> <span>{STATUS[status] ?? `${sellable} left`}</span>
    </li>
  );
}

const dayOf = ({ dateUtc, timeZone }, locale) =>
  new Intl.DateTimeFormat(locale, { timeZone, weekday: 'long', day: 'numeric', month: 'long' }).format(new Date(dateUtc));

const stageOf = ({ group, roundNumber }) => group ?? `Round ${roundNumber}`;

function grouped(values, key) {
  const groups = new Map();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}
