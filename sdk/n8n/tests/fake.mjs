// What the nodes use of n8n, with the same HTTP client and the same treatment of answers.
import axios from "axios";

export const credential = { apiKey: process.env.CRMSOLID_KEY, baseUrl: process.env.CRMSOLID_URL, allowHttp: false };

const node = {
  id: "node",
  name: "CRM Solid – Kontakt",
  type: "crmSolid",
  typeVersion: 1,
  position: [0, 0],
  parameters: {},
};

function at(parameters, name, fallback) {
  const found = name.split(".").reduce((value, part) => value?.[part], parameters);
  return found === undefined ? fallback : found;
}

async function httpRequestWithAuthentication(type, request) {
  const { apiKey } = await this.getCredentials(type);
  const answer = await axios({
    method: request.method,
    url: request.url,
    headers: { ...request.headers, Authorization: `Bearer ${apiKey}` },
    data: request.body,
    responseType: request.encoding,
    signal: request.abortSignal,
    ...(request.disableFollowRedirect && { maxRedirects: 0 }),
    ...(request.ignoreHttpStatusErrors && { validateStatus: () => true }),
  });
  return { body: answer.data, headers: answer.headers, statusCode: answer.status };
}

function contextOf(parametersOf, given = {}) {
  return {
    getNode: () => node,
    getWorkflow: () => ({ id: "workflow", name: "Leads" }),
    getCredentials: async () => ({ ...credential, ...given.credential }),
    helpers: {
      httpRequestWithAuthentication,
      returnJsonArray: (json) => [json].flat().map((each) => ({ json: each })),
    },
    ...parametersOf,
  };
}

/** For `execute`: one item for each object of parameters. Of `given`: execution, run, continueOnFail, binary, credential. */
export function executing(parameters, given = {}) {
  const context = contextOf({
    getInputData: () => parameters.map(() => ({ json: {} })),
    getNodeParameter: (name, item, fallback) => at(parameters[item], name, fallback),
    getExecutionId: () => given.execution ?? "1",
    getWorkflowDataProxy: () => ({ $runIndex: given.run ?? 0 }),
    continueOnFail: () => given.continueOnFail ?? false,
  }, given);
  context.helpers.assertBinaryData = (_, name) => given.binary[name].about;
  context.helpers.prepareBinaryData = async (bytes, name, type) => ({ bytes: bytes.toString(), name, type });
  context.helpers.getBinaryDataBuffer = async (_, name) => given.binary[name].bytes;
  return context;
}

/** For the dropdowns. */
export const choosing = () => contextOf({});

/** For the methods of a trigger, and for its webhook if there is a request. */
export function triggering(parameters, staticData, url, request) {
  const answer = { status: 200, body: "" };
  const response = {
    status: (status) => (answer.status = status, response),
    send: (body) => (answer.body = body, response),
  };
  const context = contextOf({
    getNodeParameter: (name, fallback) => at(parameters, name, fallback),
    getWorkflowStaticData: () => staticData,
    getNodeWebhookUrl: () => url,
    getRequestObject: () => ({ rawBody: request.body }),
    getHeaderData: () => request.headers,
    getResponseObject: () => response,
  });
  return { context, answer };
}
