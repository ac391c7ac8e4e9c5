import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Inside an inline script these would end it, or open a comment in it. Both stand in strings alone, where the escape says the same. */
const inlineSafe = (code: string): string => code.replaceAll('</script', '<\\/script').replaceAll('<!--', '\\x3C!--');

// Writes one page with all scripts and styles inside, so that an exported trace opens from a disk and asks nobody for anything.
const onePage = (): Plugin => ({
  name: 'one-page',
  enforce: 'post',
  generateBundle: {
    // After Vite's own, which fills in what dynamic imports left open.
    order: 'post',
    handler(_, bundle) {
      let [script, style] = ['', ''];
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === 'chunk') script += inlineSafe(part.code);
        else if (name.endsWith('.css')) style += String(part.source);
        Reflect.deleteProperty(bundle, name);
      }
      if (script.includes('__VITE_PRELOAD__')) this.error('the viewer still loads chunks, which a single page does not have');
      const page = readFileSync(join(import.meta.dirname, 'viewer', 'page.html'), 'utf8');
      const source = page.replace('/* styles */', () => style.replaceAll('</style', '<\\/style')).replace('/* script */', () => script);
      this.emitFile({ type: 'asset', fileName: 'viewer.html', source });
    },
  },
});

export default defineConfig({
  plugins: [react(), onePage()],
  publicDir: false,
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2022',
    cssCodeSplit: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    chunkSizeWarningLimit: 2000,
    modulePreload: false,
    rolldownOptions: { input: join(import.meta.dirname, 'viewer', 'main.tsx'), output: { codeSplitting: false } },
  },
});
