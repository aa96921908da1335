import type {
  IAuthenticateGeneric,
  Icon,
  ICredentialTestRequest,
  ICredentialType,
  INodeProperties,
} from "n8n-workflow";

export class CrmSolidApi implements ICredentialType {
  name = "crmSolidApi";
  displayName = "CRM Solid API";
  icon: Icon = { light: "file:../icons/crmsolid.svg", dark: "file:../icons/crmsolid.dark.svg" };
  documentationUrl = "https://github.com/crmsolid/crmsolid/blob/main/docs/guide/n8n.md";

  properties: INodeProperties[] = [
    {
      displayName: "API Key",
      name: "apiKey",
      type: "string",
      typeOptions: { password: true },
      required: true,
      default: "",
      description: "From Settings > API keys of the panel",
    },
    {
      displayName: "Server",
      name: "baseUrl",
      type: "string",
      required: true,
      default: "https://api.crmsolid.com",
      description: "The address of your own server, if you run one",
    },
    {
      displayName: "Allow HTTP",
      name: "allowHttp",
      type: "boolean",
      default: false,
      description: "Whether the key may go unencrypted to another machine, inside a private network",
    },
  ];

  authenticate: IAuthenticateGeneric = {
    type: "generic",
    properties: { headers: { Authorization: "=Bearer {{$credentials.apiKey}}" } },
  };

  test: ICredentialTestRequest = {
    request: { baseURL: "={{$credentials.baseUrl}}", url: "/v1/me" },
  };
}
