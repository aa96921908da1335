// Compiles the nodes together with the core of the TypeScript client, because a verified node has no dependencies.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";

const CLIENT = ["core", "generated", "types.ts", "webhooks.ts"];
const source = process.env.CRMSOLID_CLIENT ?? "../typescript/src";

for (const folder of ["client", "dist"]) rmSync(folder, { recursive: true, force: true });
for (const name of CLIENT) cpSync(`${source}/${name}`, `client/${name}`, { recursive: true });
const compiled = spawnSync("node_modules/.bin/tsc", ["-p", "."], { stdio: "inherit" });
if (compiled.status !== 0) process.exit(1);
mkdirSync("dist/icons", { recursive: true });
cpSync("icons", "dist/icons", { recursive: true });
for (const name of ["CrmSolid", "CrmSolidTrigger"]) {
  cpSync(`nodes/${name}/${name}.node.json`, `dist/nodes/${name}/${name}.node.json`);
}
