// The judged queries asked of our engines and of what sites use otherwise, and the time that each takes.
//
//   node bench/search/run.mjs target/release/examples/beside [listings]
//
// Postgres is asked where DATABASE_URL is set, OpenSearch where SEARCH_URL is (scripts/services). Quality is judged by the unseen half of
// search/judgements over its own small market, time by the same queries over a larger one. Of the unseen half sums alone are printed.
import { execFileSync } from "node:child_process";
import MiniSearch from "minisearch";
import pg from "pg";

const [program, listings = "20000"] = process.argv.slice(2);
const lines = (...asked) =>
  execFileSync(program, asked, { encoding: "utf8", maxBuffer: 1 << 29 })
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const judged = lines("documents", "0");
const market = lines("documents", listings);
const queries = lines("queries");
const FIELDS = ["teams", "venue", "stage", "day", "title", "description"];
const WEIGHTS = { teams: 3, venue: 2, title: 2 };
const FIRST = 20;

/** MiniSearch as its documentation begins: any word, prefixes, and typos in a fifth of the letters. */
const miniSearch = {
  name: "MiniSearch",
  async open(documents) {
    const index = new MiniSearch({ fields: FIELDS, searchOptions: { prefix: true, fuzzy: 0.2, boost: WEIGHTS } });
    index.addAll(documents);
    return {
      find: async (query) => index.search(query).slice(0, FIRST).map((hit) => hit.id),
      close: async () => {},
    };
  },
};

/** pg_trgm and full text, an index each, as one query: what has the words or is similar to them, by rank and similarity. */
const postgres = {
  name: "Postgres, pg_trgm and full text",
  needs: "DATABASE_URL",
  async open(documents) {
    const client = new pg.Client(process.env.DATABASE_URL);
    await client.connect();
    await client.query("DROP SCHEMA IF EXISTS bench_search CASCADE; CREATE SCHEMA bench_search; SET search_path TO bench_search, public");
    await client.query("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public");
    await client.query("CREATE TABLE documents (id text PRIMARY KEY, text text NOT NULL, words tsvector NOT NULL)");
    for (let at = 0; at < documents.length; at += 2000) {
      const rows = documents.slice(at, at + 2000);
      const texts = rows.map((row) => FIELDS.map((field) => row[field] ?? "").join(" "));
      await client.query(
        `INSERT INTO documents SELECT id, text,
           setweight(to_tsvector('simple', names), 'A') || to_tsvector('simple', text)
         FROM unnest($1::text[], $2::text[], $3::text[]) AS given (id, text, names)`,
        [rows.map((row) => row.id), texts, rows.map((row) => `${row.teams} ${row.venue}`)],
      );
    }
    await client.query("CREATE INDEX ON documents USING gin (words); CREATE INDEX ON documents USING gin (text gin_trgm_ops)");
    await client.query("ANALYZE documents");
    return {
      async find(query) {
        const text = query.replaceAll("\0", "");
        const found = await client.query({
          name: "find",
          text: `SELECT id FROM documents
                 WHERE words @@ websearch_to_tsquery('simple', $1) OR $1 <% text
                 ORDER BY ts_rank(words, websearch_to_tsquery('simple', $1)) + word_similarity($1, text) DESC, id
                 LIMIT ${FIRST}`,
          values: [text],
        });
        return found.rows.map((row) => row.id);
      },
      async close() {
        await client.query("DROP SCHEMA bench_search CASCADE");
        await client.end();
      },
    };
  },
};

/** OpenSearch as it is usually begun with: fields as they are guessed, multi_match, fuzziness AUTO. */
const openSearch = {
  name: "OpenSearch, multi_match and fuzziness AUTO",
  needs: "SEARCH_URL",
  async open(documents) {
    const url = `${process.env.SEARCH_URL}/bench-usual`;
    const ask = async (method, path, body, type = "application/json") => {
      const response = await fetch(url + path, { method, body, headers: { "content-type": type } });
      const answer = await response.json();
      if (!response.ok && !(method === "DELETE" && response.status === 404)) throw new Error(JSON.stringify(answer));
      return answer;
    };
    await ask("DELETE", "");
    await ask("PUT", "", JSON.stringify({ settings: { number_of_replicas: 0 } }));
    for (let at = 0; at < documents.length; at += 2000) {
      const rows = documents.slice(at, at + 2000);
      const bulk = rows.map(({ id, ...row }) => `${JSON.stringify({ index: { _id: id } })}\n${JSON.stringify(row)}\n`);
      const answer = await ask("POST", "/_bulk", bulk.join(""), "application/x-ndjson");
      if (answer.errors) throw new Error("OpenSearch refused a document");
    }
    await ask("POST", "/_refresh");
    const fields = FIELDS.map((field) => (WEIGHTS[field] ? `${field}^${WEIGHTS[field]}` : field));
    return {
      async find(query) {
        const body = { query: { multi_match: { query, fields, fuzziness: "AUTO" } }, size: FIRST, _source: false };
        const answer = await ask("POST", "/_search", JSON.stringify(body));
        return answer.hits.hits.map((hit) => hit._id);
      },
      close: () => ask("DELETE", ""),
    };
  },
};

function successOf(found, answers) {
  if (answers === "any") return 1;
  if (answers === "none") return found.length === 0 ? 1 : Infinity;
  const right = found.findIndex((id) => answers.split(",").includes(id));
  return right < 0 ? Infinity : right + 1;
}

async function classesOf(engine) {
  const classes = {};
  for (const { class: name, query, answers } of queries) {
    const of = (classes[name] ??= [0, 0, 0]);
    const success = successOf(await engine.find(query), answers);
    of[0] += 1;
    of[1] += success <= 1;
    of[2] += success <= 3;
  }
  return classes;
}

async function timesOf(engine) {
  const taken = [];
  for (const round of [0, 1]) {
    for (const { query } of queries) {
      const start = performance.now();
      await engine.find(query);
      if (round) taken.push(performance.now() - start);
    }
  }
  taken.sort((one, other) => one - other);
  return [taken[taken.length >> 1], taken[Math.floor(taken.length * 0.99)]];
}

async function rival({ name, needs, open }) {
  if (needs && !process.env[needs]) {
    console.log(`${name} is left out: ${needs} is not set`);
    return [];
  }
  const small = await open(judged);
  const classes = await classesOf(small);
  await small.close();
  const start = performance.now();
  const large = await open(market);
  const filled = Math.round(performance.now() - start);
  const times = await timesOf(large);
  await large.close();
  return [{ engine: name, classes, hits_ms: times, more: { filled_ms: filled } }];
}

const engines = lines("ours", listings);
if (engines.length === 1) console.log("OpenSearch is left out: SEARCH_URL is not set");
else await fetch(`${process.env.SEARCH_URL}/bench-listings-*`, { method: "DELETE" });
for (const each of [miniSearch, postgres, openSearch]) engines.push(...(await rival(each)));

const share = ([queries, at1, at3]) => `${(at1 / queries).toFixed(2)} / ${(at3 / queries).toFixed(2)}`;
const all = (classes) => Object.values(classes).reduce((sum, of) => sum.map((number, at) => number + of[at]), [0, 0, 0]);
const rows = [
  ["class (unseen queries)", ...engines.map((engine) => engine.engine)],
  ...Object.entries(engines[0].classes)
    .sort()
    .map(([name, [queries]]) => [`${name} (${queries})`, ...engines.map((engine) => share(engine.classes[name]))]),
  [`all (${all(engines[0].classes)[0]})`, ...engines.map((engine) => share(all(engine.classes)))],
  ...["p50", "p99"].map((name, at) => [
    `${name}, ms at ${market.length} documents (times ours in process)`,
    ...engines.map(({ hits_ms }) => `${hits_ms[at].toFixed(2)} (${(hits_ms[at] / engines[0].hits_ms[at]).toFixed(1)})`),
  ]),
  ["p50, p99 with count and eight facets, ms", ...engines.map(({ with_count_and_facets_ms: of }) => of?.map((ms) => ms.toFixed(2)).join(", ") ?? "")],
  ["filled, ms", ...engines.map(({ more }) => [more.filled_ms, more.started_again_ms].filter((ms) => ms !== undefined).join("; again "))],
];
console.log("\nsuccess@1 / success@3\n");
const table = rows.map((row) => `| ${row.join(" | ")} |`);
console.log([table[0], `|${"---|".repeat(engines.length + 1)}`, ...table.slice(1)].join("\n"));
