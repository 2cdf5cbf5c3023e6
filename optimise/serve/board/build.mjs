// Builds the board into the folder named: `node build.mjs built`. The same sources give the same bytes.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2];
if (!target) throw new Error("node build.mjs FOLDER");
await mkdir(target, { recursive: true });

const made = await build({
  absWorkingDir: here,
  entryPoints: [
    { in: "src/main.tsx", out: "board" },
    { in: "src/styles.css", out: "board" },
  ],
  outdir: target.startsWith("/") ? target : join(process.cwd(), target),
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
await copyFile(join(here, "src", "index.html"), join(target, "index.html"));

// The licence of each package whose code is in the bundle.
const inside = Object.keys(made.metafile.outputs).flatMap((file) => Object.keys(made.metafile.outputs[file].inputs));
const names = new Set(inside.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []));
const parts = [];
for (const name of [...names].sort()) {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  parts.push(`${name} ${version} (${license})\n\n${(await readFile(join(folder, "LICENSE"), "utf8")).trim()}\n`);
}
await writeFile(join(target, "licences.txt"), `board.js holds code of these packages.\n\n${parts.join("\n\n")}`);
