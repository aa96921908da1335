// Writes src/generated from docs/openapi.json: the types, and a table of operations and of the shapes of their answers.
// `node tools/generate.mjs FOLDER` writes elsewhere, for the test that the committed files are up to date.
import { createClient } from "@hey-api/openapi-ts";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HEADER = "// Written by `npm run generate` from docs/openapi.json.\n";
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const target = process.argv[2] ?? here("../src/generated");
const source = process.env.OPENAPI ?? here("../../../docs/openapi.json");
const document = JSON.parse(readFileSync(source, "utf8"));
const schemas = document.components.schemas;

const folder = mkdtempSync(join(tmpdir(), "crmsolid-types-"));
await createClient({ input: source, output: folder, plugins: ["@hey-api/typescript"], logs: { level: "silent" } });
const types = readFileSync(join(folder, "types.gen.ts"), "utf8").replace(/^\/\/.*\n/, HEADER);
rmSync(folder, { recursive: true });
writeFileSync(join(target, "types.ts"), types);

const pascal = (id) => id.replace(/(^|_)([a-z0-9])/g, (_, __, letter) => letter.toUpperCase());
const nameOf = (ref) => ref.slice(ref.lastIndexOf("/") + 1);
const resolved = (schema) => (schema.$ref ? resolved(schemas[nameOf(schema.$ref)]) : schema);

/** What an operation answers, if it is not the proposal of a write that waits. */
function withoutProposal(schema) {
  const others = schema?.anyOf?.filter((each) => each.$ref !== "#/components/schemas/Proposal");
  return others?.length === 1 ? others[0] : schema;
}

const shapes = {};

/** The one alternative of a schema that is not null, and whether null is one. */
function withoutNull(schema) {
  const several = schema.allOf ?? schema.oneOf ?? schema.anyOf;
  const others = several?.filter((each) => each.type !== "null");
  if (others?.length !== 1) return [schema, [schema.type].flat().includes("null")];
  return [others[0], others.length < several.length];
}

/** How a member is read: "" as it is, "[]" a list, "{}" a map, "Name" an object, "[]Name" a list of objects, "?[]Name"
 * the same or null. */
function kindOf(given, name) {
  const [schema, nullable] = withoutNull(given);
  const plain = resolved(schema);
  const type = [plain.type].flat().find((each) => each !== "null");
  if (type === "array") {
    const item = kindOf(plain.items ?? {}, `${name}[]`);
    const list = `[]${/^[A-Z]/.test(item) ? item : ""}`;
    if (!nullable) return list;
    return list === "[]" ? "" : `?${list}`;
  }
  if (type !== "object") return "";
  if (!plain.properties) return nullable ? "" : "{}";
  return shapeOf(schema, name);
}

/** Adds the shape of an object and returns its name. */
function shapeOf(schema, name) {
  const key = schema.$ref ? nameOf(schema.$ref) : name;
  if (!(key in shapes)) {
    const shape = (shapes[key] = {});
    for (const [member, part] of Object.entries(resolved(schema).properties)) {
      shape[member] = kindOf(part, `${key}.${member}`);
    }
  }
  return key;
}

const operations = [];
for (const [path, methods] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const id = operation.operationId;
    // What any write may be answered with, the transport reads.
    const answers = Object.entries(operation.responses)
      .filter(([status, answer]) => status.startsWith("2") && !answer.$ref);
    const isWhole = answers.every(([, answer]) => !answer.content || answer.content["application/json"]);
    const [status, answer] = answers.find(([status]) => status === "201") ?? answers[0];
    const schema = isWhole ? withoutProposal(answer.content?.["application/json"].schema) : undefined;
    const isOneOfTwo = schema && schema !== answer.content["application/json"].schema;
    const page = schema && resolved(schema).properties?.data?.items && "next_cursor" in resolved(schema).properties;
    const shape = page ? resolved(schema).properties.data.items : schema;
    const kind = shape ? kindOf(shape, `${id}.answer`) : "";
    const base = `types.${pascal(id)}`;
    operations.push({
      id,
      entry: [method.toUpperCase(), path, page ? `[]${kind}` : kind],
      query: operation.parameters?.some((each) => each.in === "query") ? `NonNullable<${base}Data["query"]>` : "None",
      body: operation.requestBody ? `NonNullable<${base}Data["body"]>` : "None",
      answer: schema ? (isOneOfTwo ? `types.${nameOf(schema.$ref)}` : `${base}Responses[${status}]`) : "void",
    });
  }
}

const events = {};
for (const [type, item] of Object.entries(document.webhooks)) {
  events[type] = kindOf(item.post.requestBody.content["application/json"].schema, `event.${type}`);
}

const quoted = (value) => JSON.stringify(value);
const lines = [
  HEADER,
  'import type * as types from "./types.js";',
  "",
  "type None = Record<string, never>;",
  "",
  "/** What each operation takes and answers. */",
  "export interface Operations {",
  ...operations.map(
    ({ id, query, body, answer }) => `  ${id}: { query: ${query}; body: ${body}; answer: ${answer} };`,
  ),
  "}",
  "",
  "/** Method, path, and the shape of the answer; `[]` before it: of the objects of a page. */",
  "export const operations: Record<keyof Operations, readonly [method: string, path: string, shape: string]> = {",
  ...operations.map(({ id, entry }) => `  ${id}: [${entry.map(quoted).join(", ")}],`),
  "};",
  "",
  "/** How the members of an object are read: `[]` a list, `{}` a map, a name an object, `[]` and a name a list of them,",
  " * `?` before it: or null. */",
  "export const shapes: Record<string, Readonly<Record<string, string>>> = {",
  ...Object.entries(shapes).map(([name, shape]) => `  ${quoted(name)}: ${quoted(shape)},`),
  "};",
  "",
  "/** The shape of each type of event. */",
  "export const events: Record<string, string> = {",
  ...Object.entries(events).map(([type, shape]) => `  ${quoted(type)}: ${quoted(shape)},`),
  "};",
  "",
];
writeFileSync(join(target, "operations.ts"), lines.join("\n"));
