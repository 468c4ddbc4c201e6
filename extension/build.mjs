// Bundles scripts and styles for the wheel; with "test", the tests for node.
import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const product = `${here}/../nbflow`;
const STYLES = { 'present/html': ['graph', 'page', 'report', 'rows'], panel: ['panel'] };
const shared = { absWorkingDir: here, bundle: true, format: 'esm', charset: 'utf8' };

if (process.argv[2] === 'test') {
  await build({
    ...shared,
    entryPoints: ['test/all.ts'],
    outfile: 'build/test.js',
    platform: 'node',
    sourcemap: 'inline',
  });
} else {
  const small = { ...shared, minify: true, legalComments: 'none' };
  const scripts = {
    graph: 'src/widget/graph.ts',
    list: 'src/widget/list.ts',
    table: 'src/widget/table.ts',
  };
  await build({
    ...small,
    entryPoints: scripts,
    outdir: `${product}/panel/static`,
    target: 'es2022',
  });
  const framed = ['chart_frame', 'fit_frames', 'frame_height', 'live_frames', 'page', 'tables'];
  await build({
    ...small,
    format: 'iife', // scripts in a page
    entryPoints: [...framed.map(name => `src/report/${name}.ts`), 'src/live/live.ts'],
    outbase: 'src',
    entryNames: '[name]',
    outdir: `${product}/present/html/static`,
    target: 'es2022',
  });
  for (const [room, styles] of Object.entries(STYLES)) {
    const entryPoints = styles.map(name => `style/${name}.css`);
    await build({ ...small, entryPoints, outdir: `${product}/${room}/static` });
  }
  await copyFile(`${here}/style/states.json`, `${product}/present/html/static/states.json`);
}
