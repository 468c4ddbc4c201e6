// Bundles the graph for the wheel; with "test", the tests for node.
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
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
  await build({
    ...shared,
    entryPoints: { graph: 'src/widget.ts', list: 'src/list.ts', table: 'src/table.ts' },
    outdir: '../nbflow/widget/static',
    minify: true,
    target: 'es2022',
    legalComments: 'none',
  });
  await mkdir(`${here}/../nbflow/html/static`, { recursive: true });
  for (const file of ['graph.css', 'states.json'])
    await copyFile(`${here}/style/${file}`, `${here}/../nbflow/html/static/${file}`);
}
