import { defineConfig } from 'vite';

export default defineConfig({
  server: {
    port: 5173,
    strictPort: true,
    // The page and Matchday have one origin, so cookies and sockets need no settings.
    proxy: { '/graphql': { target: 'http://127.0.0.1:8000', ws: true } },
  },
});
