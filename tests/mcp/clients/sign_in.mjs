// Signs in on the page that an assistant has asked for, and allows what is ticked: ADDRESS EMAIL PASSWORD BROWSER.
import { chromium } from "playwright-core";

const PATIENCE_MS = 120_000;
const [address, email, password, executablePath] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-quic"] });
const page = await browser.newPage();
page.setDefaultTimeout(PATIENCE_MS);
let callback, failure;
let answered = false;
page.on("request", (request) => {
  if (request.isNavigationRequest() && request.url().includes("/oauth/callback?")) callback = request.url();
});
page.on("requestfailed", (request) => {
  if (request.url() === callback) failure = request.failure()?.errorText;
});
page.on("response", (response) => {
  if (response.url() === callback && response.ok()) answered = true;
});
await page.goto(address);
await page.fill("[name=username]", email);
await page.fill("[name=password]", password);
await Promise.all([page.waitForURL("**/oauth/authorize/**"), page.press("[name=password]", "Enter")]);
const scopes = await page.locator("[name=scopes]").evaluateAll((boxes) =>
  boxes.map((box) => [box.value, box.checked]),
);
await page.getByRole("button", { name: "Allow" }).click({ noWaitAfter: true });
// The assistant prints the address before it listens for the answer, and stops listening once it has the answer.
for (const deadline = Date.now() + PATIENCE_MS; !answered; ) {
  if (Date.now() > deadline) throw new Error(`no answer of ${callback} (${failure}); the page is at ${page.url()}`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  if (failure !== undefined && !answered) await page.goto(callback).catch((error) => (failure = error.message));
}
console.log(JSON.stringify({ scopes, callback: callback.split("?")[0] }));
await browser.close();
