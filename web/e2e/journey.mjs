// The main job in a real browser, as a new user: log in with the one-time password, bind storage, upload pictures, look at
// the statistics, format, train, watch the curve, download the model. In one language (AVA_E2E_LANGUAGE), or in zh-CN and then
// en on the same server. Settings: AVA_E2E_URL, _USER, _PASSWORD, _PICTURES (tar), _IMAGE; optional _FOLDER, _BUCKET, _COMMAND,
// _PARAMS, _OUT (screenshots), _CHROMIUM, _LANGUAGE. The prefix AVA_ without E2E_ works too.
import { openBrowser, openPage, setting } from "./browser.mjs";
import { preprocess } from "./preprocess-steps.mjs";
import * as steps from "./steps.mjs";

async function journey(browser, language, account) {
  const p = await openPage(browser, language, setting("OUT", process.env.AVA_SHOTS ?? ""));
  const stamp = Date.now().toString(36);
  const dataset = `digits-${language === "en" ? "en" : "中文"}-${stamp}`;
  let items = 0;
  let file = "";
  const plan = [
    ["log in", () => steps.logIn(p, account, language)],
    ["bind storage", () => steps.bindStorage(p, language)],
    ["create the dataset", async () => (items = await steps.createDataset(p, language, dataset))],
    ["view statistics and samples", () => steps.viewStatistics(p, language)],
    ["preprocess", () => preprocess(p, language, `double-${stamp}`, "0")],
    ["format", () => steps.formatDataset(p, language)],
    ["verify", () => steps.verifyBatch(p)],
    ["create a dataset from a folder", () => steps.createFromFolder(p, language, `folder-${stamp}`, items)],
    ["create the training", () => steps.createTraining(p, language, `train-${stamp}`, dataset)],
    ["watch it run", () => steps.watchTraining(p, language)],
    ["download the model", async () => (file = await steps.downloadModel(p, language))],
    ["be refused a deletion", () => steps.refuseDeletion(p, dataset)],
    ["log out", () => steps.signOut(p)],
  ];
  for (const [name, step] of plan) {
    const started = Date.now();
    try {
      await step();
    } catch (error) {
      await p.shot("FAILED").catch(() => undefined);
      throw new Error(`${language}, ${name}, at ${p.page.url()}: ${error.message}${p.complaints.map((line) => `\n  ${line}`).join("")}`);
    }
    console.log(`ok  ${language}  ${name}  ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
  if (p.complaints.length > 0) throw new Error(`${language}: the page complained:\n  ${p.complaints.join("\n  ")}`);
  console.log(`ok  ${language}  ${items} items, model ${file}`);
  await p.context.close();
}

const account = { name: setting("USER"), password: setting("PASSWORD") };
const chosen = setting("LANGUAGE", "");
const browser = await openBrowser();
try {
  for (const language of chosen ? [chosen] : ["zh-CN", "en"]) await journey(browser, language, account);
} catch (error) {
  console.error(`FAILED ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
