/** Sends one message and prints its id. The argument is whom to, then how many seconds to try for. */

import { CrmSolid } from "../../src/index.js";

const [to = "", seconds = "30"] = process.argv.slice(2);
const crm = new CrmSolid({ retryFor: Number(seconds), maxRetries: 1000 });
const account_id = Number(process.env["CRMSOLID_TEST_ACCOUNT"]);
const { data, response } = await crm.messages.send({ account_id, to, text: "Once" }).withResponse();
console.log(data.id, response.replayed);
