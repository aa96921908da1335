// Signs in on the page that an assistant has asked for, and allows what is ticked: ADDRESS EMAIL PASSWORD BROWSER.
import { chromium } from "playwright-core";

const [address, email, password, executablePath] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-quic"] });
const page = await browser.newPage();
page.setDefaultTimeout(120_000);
let callback;
page.on("request", (request) => {
  if (request.isNavigationRequest() && request.url().includes("/oauth/callback?")) callback = request.url();
});
await page.goto(address);
await page.fill("[name=username]", email);
await page.fill("[name=password]", password);
await Promise.all([page.waitForURL("**/oauth/authorize/**"), page.press("[name=password]", "Enter")]);
const scopes = await page.locator("[name=scopes]").evaluateAll((boxes) =>
  boxes.map((box) => [box.value, box.checked]),
);
await page.getByRole("button", { name: "Allow" }).click({ noWaitAfter: true });
while (callback === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
// The assistant prints the address before it listens for the answer.
for (let answered = false; !answered; ) {
  answered = await page.goto(callback).then((response) => response?.ok() ?? false, () => false);
}
console.log(JSON.stringify({ scopes, callback: callback.split("?")[0] }));
await browser.close();
