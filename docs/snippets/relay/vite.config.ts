import babel from '@rolldown/plugin-babel';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  // Relay's plugin puts what the compiler has written in place of each graphql`…`.
  plugins: [react(), babel({ plugins: ['relay'] })],
  server: {
    port: 5173,
    strictPort: true,
    // The page and Matchday have one origin, so cookies and sockets need no settings.
    proxy: { '/graphql': { target: 'http://127.0.0.1:8000', ws: true } },
  },
});
