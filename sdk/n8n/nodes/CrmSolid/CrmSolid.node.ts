import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from "n8n-workflow";
import { NodeConnectionTypes } from "n8n-workflow";

import { choices } from "../choices";
import { clientOf, CREDENTIAL, details, shownError } from "../client";
import { fields } from "./fields";
import { Call, itemsOf, operations } from "./operations";

export class CrmSolid implements INodeType {
  description: INodeTypeDescription = {
    displayName: "CRM Solid",
    name: "crmSolid",
    icon: { light: "file:../../icons/crmsolid.svg", dark: "file:../../icons/crmsolid.dark.svg" },
    group: ["output"],
    version: 1,
    subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
    description: "Contacts, Telegram messages, conversations and sequences of CRM Solid",
    defaults: { name: "CRM Solid" },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: CREDENTIAL, required: true }],
    properties: fields,
  };

  methods = { loadOptions: choices };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const items = this.getInputData();
    const results: INodeExecutionData[] = [];
    const crm = await clientOf(this);
    for (let item = 0; item < items.length; item++) {
      try {
        const resource = this.getNodeParameter("resource", item) as string;
        const operation = this.getNodeParameter("operation", item) as string;
        const result = await operations[resource]![operation]!(new Call(this, crm, item));
        results.push(...itemsOf(result, item));
      } catch (error) {
        const shown = shownError(this, error, item);
        if (!this.continueOnFail()) throw shown;
        results.push({ json: { error: shown.message, ...details(error) }, pairedItem: { item } });
      }
    }
    return [results];
  }
}
