/** What the dropdowns offer. */

import type { ILoadOptionsFunctions, INodePropertyOptions } from "n8n-workflow";

import type { CrmSolidCore } from "../client/core/index.js";
import { clientOf, shownError } from "./client";

type Load = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;
type Named = { id: string | number; name?: string | null };

export const choices: Record<string, Load> = {
  getAccounts: choicesOf((crm) => crm.accounts.list()),
  getMembers: choicesOf((crm) => crm.members.list()),
  getSegments: choicesOf((crm) => crm.segments.list()),
  getSequences: choicesOf((crm) => crm.sequences.list()),
};

function choicesOf(list: (crm: CrmSolidCore) => AsyncIterable<Named>): Load {
  return loaded(async (crm) => {
    const found: INodePropertyOptions[] = [];
    for await (const { id, name } of list(crm)) found.push({ name: name || String(id), value: id });
    return found;
  });
}

/** Each type of event, and what stands for several. */
export const eventChoices: Load = loaded(async (crm) => {
  const { data } = await crm.webhooks.events();
  const groups = [...new Set(data.map(({ type }) => type.replace(/\..*/, "")))];
  return [
    { name: "All Events", value: "*", description: "Also those of later versions" },
    ...groups.map((group) => ({ name: `All of ${group}`, value: `${group}.*` })),
    ...data.map(({ type, description }) => ({ name: type, value: type, description })),
  ];
});

function loaded(load: (crm: CrmSolidCore) => Promise<INodePropertyOptions[]>): Load {
  return async function (this: ILoadOptionsFunctions) {
    try {
      return await load(await clientOf(this));
    } catch (error) {
      throw shownError(this, error);
    }
  };
}
