npx tsx watch.ts fan@example.com 'correct horse'
