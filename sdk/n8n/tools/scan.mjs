// What n8n checks before it verifies a package, without the parts that need the published one.
import { analyzePackage } from "@n8n/scan-community-package/scanner/scanner.mjs";

const result = await analyzePackage(process.cwd(), [
  "package.json",
  "dist/**/*.js",
  "{credentials,nodes}/**/*.{ts,json}",
]);
console.log(result.passed ? "passed" : `${result.message}\n${result.details ?? ""}`);
process.exit(result.passed ? 0 : 1);
