// Matches: the newest public state of each, in memory, and who follows them.
//
// States come from the availability topic and, every second, from the database, so that everybody is told the truth
// within that time whatever was lost on the way. The version that is shown of a match only grows.
import { setTimeout as sleep } from 'node:timers/promises'

const SWEEP_MS = 1_000

const status = ({ available, pending }) =>
  available > pending ? 'AVAILABLE' : available > 0 ? 'TEMPORARILY_UNAVAILABLE' : 'SOLD_OUT'

const price = minor => ({ amount: (minor / 100).toFixed(2), currency: 'USD' })

// A state as the topic has it, in the shape of the schema's types, so that no field needs a resolver.
function shown({ categories, dateUtc, ...facts }) {
  const match = {
    id: Buffer.from(`Match:${facts.matchNumber}`).toString('base64url'),
    ...facts,
    dateUtc: dateUtc.replace('+00:00', 'Z'),
    categories: categories.map(({ category, priceMinor, available, pending }) => ({
      category,
      price: price(priceMinor),
      available,
      pending,
      sellable: Math.max(available - pending, 0),
      status: status({ available, pending }),
    })),
  }
  return { match, matchNumber: match.matchNumber, version: match.version, categories: match.categories }
}

const VERSIONS = 'SELECT match_number, version FROM matches'

const STATES = `
  SELECT match_number AS "matchNumber", round_number AS "roundNumber", to_json(date_utc)#>>'{}' AS "dateUtc", location,
    home_team AS "homeTeam", away_team AS "awayTeam", group_name AS "group", version, categories
  FROM matches JOIN LATERAL (
    SELECT json_agg(json_build_object('category', category, 'priceMinor', price_minor, 'available', available,
      'pending', held + foreign_pending) ORDER BY category) AS categories
    FROM stock WHERE stock.match_number = matches.match_number
  ) AS counts ON true
  WHERE match_number = ANY ($1) ORDER BY match_number`

export class MatchView {
  #pool
  #states = new Map()
  #followers = new Map()

  constructor(pool) {
    this.#pool = pool
  }

  get(matchNumber) {
    return this.#states.get(matchNumber)
  }

  // In the order of kick-off and match number.
  list() {
    return [...this.#states.values()]
      .map(({ match }) => match)
      .sort((a, b) => a.dateUtc.localeCompare(b.dateUtc) || a.matchNumber - b.matchNumber)
  }

  show(state) {
    const known = this.#states.get(state.matchNumber)
    if (known !== undefined && known.version >= state.version) return
    this.#states.set(state.matchNumber, shown(state))
    this.#followers.get(state.matchNumber)?.forEach(follower => follower.mark(state.matchNumber))
    this.#followers.get('all')?.forEach(follower => follower.mark(state.matchNumber))
  }

  // Compares with the database, now and from now on.
  async keepSwept() {
    await this.#sweep()
    const again = async () => {
      for (;;) {
        await sleep(SWEEP_MS)
        await this.#sweep().catch(error => console.error(error))
      }
    }
    again()
  }

  async #sweep() {
    const { rows } = await this.#pool.query(VERSIONS)
    const newer = rows
      .filter(({ match_number: number, version }) => !(this.get(number)?.version >= version))
      .map(row => row.match_number)
    if (newer.length === 0) return
    const { rows: states } = await this.#pool.query(STATES, [newer])
    states.forEach(state => this.show(state))
  }

  // The current state of each match that is named, or of all, and then each change; whoever is slow skips states.
  follow(matchNumbers, since = []) {
    const keys = matchNumbers?.length > 0 ? [...new Set(matchNumbers)] : ['all']
    const known = new Map(since.map(({ matchNumber, version }) => [matchNumber, version]))
    const wanted = keys[0] === 'all' ? [...this.#states.keys()] : keys
    const first = wanted.filter(number => this.get(number).version !== known.get(number))
    const follower = new Follower(this, first, () => keys.forEach(key => this.#followers.get(key).delete(follower)))
    for (const key of keys) {
      if (!this.#followers.has(key)) this.#followers.set(key, new Set())
      this.#followers.get(key).add(follower)
    }
    return follower
  }
}

// Owes one mark per match, never a queue.
class Follower {
  #view
  #marks
  #leave
  #waiting = null

  constructor(view, first, leave) {
    this.#view = view
    this.#marks = new Set(first)
    this.#leave = leave
  }

  [Symbol.asyncIterator]() {
    return this
  }

  mark(matchNumber) {
    this.#marks.add(matchNumber)
    if (this.#waiting === null) return
    const waiting = this.#waiting
    this.#waiting = null
    waiting(this.#take())
  }

  async next() {
    if (this.#marks.size > 0) return this.#take()
    return new Promise(resolve => {
      this.#waiting = resolve
    })
  }

  async return() {
    this.#leave()
    this.#waiting?.({ done: true, value: undefined })
    return { done: true, value: undefined }
  }

  #take() {
    const [matchNumber] = this.#marks
    this.#marks.delete(matchNumber)
    return { done: false, value: { availability: this.#view.get(matchNumber) } }
  }
}
