import { n8nCommunityNodesPlugin } from "@n8n/eslint-plugin-community-nodes";
import { globalIgnores } from "eslint/config";
import n8nNodesBase from "eslint-plugin-n8n-nodes-base";
import typescript from "typescript-eslint";

const community = n8nCommunityNodesPlugin.configs.recommended;
const { configs } = n8nNodesBase;

// The rules of n8n-node lint, whose package is five times as large.
export default typescript.config(
  globalIgnores(["client", "dist", "tests", "tools", "*.mjs"]),
  { files: ["**/*.ts"], extends: [typescript.configs.recommended, community], rules: { "no-console": "error" } },
  { plugins: { "n8n-nodes-base": n8nNodesBase } },
  {
    files: ["package.json"],
    extends: [community],
    rules: { ...configs.community.rules },
    languageOptions: { parser: typescript.parser, parserOptions: { extraFileExtensions: [".json"] } },
  },
  {
    files: ["credentials/**/*.ts"],
    rules: {
      ...configs.credentials.rules,
      "n8n-nodes-base/cred-class-field-documentation-url-miscased": "off",
      "n8n-nodes-base/cred-class-field-type-options-password-missing": "off",
    },
  },
  {
    files: ["nodes/**/*.ts"],
    rules: {
      ...configs.nodes.rules,
      "n8n-nodes-base/node-class-description-inputs-wrong-regular-node": "off",
      "n8n-nodes-base/node-class-description-outputs-wrong": "off",
      "n8n-nodes-base/node-param-type-options-max-value-present": "off",
    },
  },
);
