import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// Three files of fixed names, which the program embeds (server/web_files.cpp.in).
export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    emptyOutDir: false,
    modulePreload: false,
    cssCodeSplit: false,
    rollupOptions: {
      output: { entryFileNames: 'studio.js', assetFileNames: 'studio[extname]', codeSplitting: false },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7411' } },
  // No test is about time: a busy machine only takes longer.
  test: { include: ['src/**/*.test.ts'], testTimeout: 120_000 },
} as import('vite').UserConfig);
