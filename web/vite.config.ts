import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// Files of fixed names, which the program embeds (server/web_files.cpp.in): the page, and what it loads when it is Chinese
// (src/text/said.zh.ts). A second part that is loaded late would need a name there too, so that nothing else may be.
export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    emptyOutDir: false,
    modulePreload: false,
    cssCodeSplit: false,
    rollupOptions: {
      output: { entryFileNames: 'studio.js', chunkFileNames: 'studio.zh.js', assetFileNames: 'studio[extname]' },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7411' } },
  // No test is about time: a busy machine only takes longer.
  test: { include: ['src/**/*.test.ts'], testTimeout: 120_000 },
} as import('vite').UserConfig);
