import { randomBytes } from "node:crypto";
import type {
  IDataObject,
  IHookFunctions,
  INodeType,
  INodeTypeDescription,
  IWebhookFunctions,
  IWebhookResponseData,
} from "n8n-workflow";
import { NodeConnectionTypes } from "n8n-workflow";

import { type Body, NotFoundError, UnreadableEvent, WebhookVerificationError } from "../../client/core/index.js";
import { verifyWebhook } from "../../client/webhooks.js";
import { choices, eventChoices } from "../choices";
import { clientOf, CREDENTIAL, shownError } from "../client";

type Context = IHookFunctions | IWebhookFunctions;

type Events = Body<"create_webhook">["events"];

interface Endpoint extends IDataObject {
  id: string;
  secret: string;
}

/** The endpoints of this node by their addresses: the one of tests is another. */
function endpointsOf(context: Context): Record<string, Endpoint> {
  return context.getWorkflowStaticData("node") as Record<string, Endpoint>;
}

function addressOf(context: Context): string {
  return context.getNodeWebhookUrl("default") as string;
}

/** What the API is to be told of the endpoint. */
function wanted(context: IHookFunctions): { events: Events; account_ids: number[] } {
  const events = context.getNodeParameter("events") as Events;
  const accounts = context.getNodeParameter("accounts", []) as (number | string)[];
  return { events, account_ids: accounts.map(Number) };
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
}

async function exists(context: IHookFunctions): Promise<boolean> {
  const endpoint = endpointsOf(context)[addressOf(context)];
  if (endpoint === undefined) return false;
  try {
    const crm = await clientOf(context);
    const found = await crm.webhooks.get(endpoint.id);
    const { events, account_ids } = wanted(context);
    const isWanted = isSame(found.events, events) && isSame(found.account_ids, account_ids);
    return found.enabled && found.url === addressOf(context) && isWanted;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw shownError(context, error);
  }
}

async function create(context: IHookFunctions): Promise<boolean> {
  const url = addressOf(context);
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const description = `n8n: ${context.getWorkflow().name ?? context.getWorkflow().id}`.slice(0, 200);
  try {
    const crm = await clientOf(context);
    // Left by an n8n that ended before it could delete or remember it: its secret is not known here.
    for await (const left of crm.webhooks.list()) if (left.url === url) await crm.webhooks.delete(left.id);
    const { id } = await crm.webhooks.create({ url, secret, description, ...wanted(context) });
    endpointsOf(context)[url] = { id, secret };
  } catch (error) {
    throw shownError(context, error);
  }
  return true;
}

async function remove(context: IHookFunctions): Promise<boolean> {
  const endpoints = endpointsOf(context);
  const endpoint = endpoints[addressOf(context)];
  if (endpoint === undefined) return true;
  try {
    const crm = await clientOf(context);
    await crm.webhooks.delete(endpoint.id);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw shownError(context, error);
  }
  delete endpoints[addressOf(context)];
  return true;
}

/** The event of the request; null if it is not signed with the secret. */
async function received(context: IWebhookFunctions): Promise<IDataObject | null> {
  const secret = endpointsOf(context)[addressOf(context)]?.secret;
  const { rawBody } = context.getRequestObject();
  if (!secret || !rawBody) return null;
  try {
    return (await verifyWebhook(rawBody, context.getHeaderData(), secret)) as unknown as IDataObject;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return null;
    if (error instanceof UnreadableEvent) return { unreadable: error.raw }; // of another version of the product
    throw shownError(context, error);
  }
}

export class CrmSolidTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: "CRM Solid Trigger",
    name: "crmSolidTrigger",
    icon: { light: "file:../../icons/crmsolid.svg", dark: "file:../../icons/crmsolid.dark.svg" },
    group: ["trigger"],
    version: 1,
    subtitle: '={{$parameter["events"].join(", ")}}',
    description: "Starts the workflow when something happens in CRM Solid",
    defaults: { name: "CRM Solid Trigger" },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: CREDENTIAL, required: true }],
    webhooks: [{ name: "default", httpMethod: "POST", responseMode: "onReceived", path: "webhook" }],
    properties: [
      {
        displayName: "Event Names or IDs",
        name: "events",
        type: "multiOptions",
        typeOptions: { loadOptionsMethod: "getEvents" },
        required: true,
        default: [],
        description:
          'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
      },
      {
        displayName: "Account Names or IDs",
        name: "accounts",
        type: "multiOptions",
        typeOptions: { loadOptionsMethod: "getAccounts" },
        default: [],
        description:
          'Events of these accounts alone; of all if none is chosen. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
      },
    ],
  };

  methods = { loadOptions: { getAccounts: choices["getAccounts"]!, getEvents: eventChoices } };

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions): Promise<boolean> {
        return exists(this);
      },
      async create(this: IHookFunctions): Promise<boolean> {
        return create(this);
      },
      async delete(this: IHookFunctions): Promise<boolean> {
        return remove(this);
      },
    },
  };

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    const body = await received(this);
    if (body !== null) {
      return body["event"] === "ping"
        ? { webhookResponse: "ok" }
        : { workflowData: [this.helpers.returnJsonArray(body)] };
    }
    this.getResponseObject().status(401).send("The signature is missing or wrong");
    return { noWebhookResponse: true };
  }
}
