/** Prints the ids of the contacts that are created, for ever, and each time that the position
 * is saved. The argument is the file with the position. */

import { readFile, writeFile } from "node:fs/promises";
import { CrmSolid } from "../../src/index.js";

const [path = ""] = process.argv.slice(2);
const store = {
  load: () => readFile(path, "utf8").catch(() => null),
  save: async (position: string) => {
    await writeFile(path, position);
    console.log("saved");
  },
};
for await (const event of new CrmSolid().events.follow({ store, types: ["contact.*"], poll: 0.1 })) {
  if (event.event === "contact.created") console.log(event.data.contact.id);
}
