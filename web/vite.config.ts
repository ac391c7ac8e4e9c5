import { rmSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { mockApi } from './mock/plugin.ts';

const server = process.env['RAYSCOPE_URL'] ?? 'http://127.0.0.1:1895';
// X-Ray's operations begin with a capital letter, pages do not.
const apiPaths = ['^/[A-Z]', '^/rayscope/'];

// dist/placeholder.html is committed: Go embeds the folder before any build. Vite would empty the whole folder.
const cleanDist = (): Plugin => ({
  name: 'clean-dist',
  apply: 'build',
  buildStart() {
    const dist = join(import.meta.dirname, 'dist');
    for (const name of readdirSync(dist)) {
      if (name !== 'placeholder.html') rmSync(join(dist, name), { recursive: true });
    }
  },
});

// The design system's style sheet holds eight cuts of its typeface, which nothing can compress. The console writes regular and bold;
// from these browsers make what is slanted, light or black.
const twoCuts = (): Plugin => ({
  name: 'two-cuts',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/global-styles/index.css')) return null;
    return code.replace(/@font-face \{[^}]*\}/g, (cut) => (/font-weight: (400|700);\s*font-style: normal/.test(cut) ? cut : ''));
  },
});

export default defineConfig(({ mode }) => ({
  plugins: [react(), cleanDist(), twoCuts(), ...(mode === 'mock' || mode === 'empty' ? [mockApi({ empty: mode === 'empty' })] : [])],
  build: { outDir: 'dist', emptyOutDir: false, target: 'es2022', chunkSizeWarningLimit: 700 },
  server: {
    host: '127.0.0.1',
    // The page GET /traces and the operation POST /Traces differ by case only; the proxy keys are case-sensitive.
    proxy: mode === 'mock' || mode === 'empty' ? {} : Object.fromEntries(apiPaths.map((path) => [path, server])),
  },
  preview: { host: '127.0.0.1' },
  test: { include: ['src/**/*.test.{ts,tsx}', 'mock/**/*.test.ts'], restoreMocks: true },
}));
