// The steps of the main job, each as a person does it: by what is on the page, never through the API.
import { statSync } from "node:fs";
import { expect, setting } from "./browser.mjs";
import { words } from "./words.mjs";

const importMs = 180_000;
const formatMs = 180_000;
const trainMs = 600_000;

/** Log in; with a one-time password the page insists on a new one. */
export async function logIn(p, account, language) {
  await p.page.goto(setting("URL"));
  await p.until(p.at("login-submit"), "the login page");
  expect((await p.at("login-submit").innerText()) === words[language].login, `the login page in ${language}`);
  await p.shot("login");
  await p.at("login-name").fill(account.name);
  await p.at("login-password").fill("certainly-not-the-password");
  await p.at("login-submit").click();
  await p.page.locator('[data-slug="user.bad_credentials"]').waitFor();
  await p.shot("login-refused");
  await p.at("login-password").fill(account.password);
  await p.at("login-submit").click();
  await p.until(p.at("change-password").or(p.at("account")), "the page after the login");
  if (await p.at("change-password").isVisible()) await changePassword(p, account);
  await p.until(p.at("account"), "the menu");
}

async function changePassword(p, account) {
  const fresh = setting("NEW_PASSWORD", `journey-${Date.now().toString(36)}-密码`);
  await p.at("old-password").fill(account.password);
  await p.at("new-password").fill(fresh);
  await p.at("confirm-password").fill(fresh);
  await p.shot("change-password");
  await p.at("change-password").click();
  await p.until(p.at("account"), "the product after the new password");
  account.password = fresh;
}

/** R2-01: every chapter leads here until a space is bound. */
export async function bindStorage(p, language) {
  await p.until(p.at("bind-step").or(p.at("new-dataset")), "the first page");
  if (!(await p.at("bind-step").isVisible())) return;
  for (const chapter of ["trainings", "models", "datasets"]) {
    await p.at(`menu-${chapter}`).click();
    await p.until(p.at("bind-step"), `the binding step in ${chapter}`);
  }
  expect((await p.page.locator("h1").innerText()).includes(words[language].bind), `the binding step in ${language}`);
  const suggested = await p.at("bucket-uri").inputValue();
  expect(suggested !== "", "a suggested place for the storage space");
  const wanted = setting("BUCKET", suggested);
  await p.at("bucket-uri").fill(wanted);
  await p.shot("bind");
  await p.at("bind-submit").click();
  await p.until(p.at("bind-checked"), "the checked storage space");
  await p.shot("bind-checked");
  await p.at("bind-continue").click();
  await p.until(p.at("create-submit"), "the creation page");
}

async function watchImport(p, language) {
  await p.page.waitForURL(/\/datasets\/ds_/, { timeout: importMs });
  await p.shot("import");
  await p.until(p.page.locator('h1 ~ [data-testid="state"][data-state="success"]'), "the import to succeed", importMs);
  expect((await p.page.locator('h1 ~ [data-testid="state"]').innerText()) === words[language].success, `state word in ${language}`);
  const items = Number((await p.at("item-count").innerText()).replace(/,/g, ""));
  expect(items > 0, "items in the dataset");
  return items;
}

/** Upload the tar; answer the number of items. */
export async function createDataset(p, language, name) {
  await p.page.goto(`${setting("URL")}/datasets/new`);
  await p.at("source-upload").click();
  await p.at("file-input").setInputFiles(setting("PICTURES"));
  await p.at("dataset-name").fill(name);
  await p.at("dataset-description").fill("一次旅程 · a journey");
  await p.shot("new-dataset");
  await p.at("create-submit").click();
  const items = await watchImport(p, language);
  await p.shot("dataset");
  return items;
}

/** The same pictures as a folder: packed by the browser, they must give as many items. */
export async function createFromFolder(p, language, name, items) {
  const folder = setting("FOLDER", "");
  if (!folder || !statSync(folder).isDirectory()) return;
  await p.page.goto(`${setting("URL")}/datasets/new`);
  await p.at("source-folder").click();
  await p.at("folder-input").setInputFiles(folder);
  await p.until(p.at("folder-summary"), "the summary of the folder");
  await p.at("dataset-name").fill(name);
  await p.at("create-submit").click();
  const found = await watchImport(p, language);
  expect(found === items, `${items} items from the folder, as from the tar, not ${found}`);
}

export async function viewStatistics(p, language) {
  await p.at("view-stats").click();
  await p.until(p.at("class-bars"), "the statistics");
  expect((await p.page.locator(".ant-modal-title").innerText()) === words[language].statistics, `the statistics in ${language}`);
  expect((await p.at("class-bars").locator("dt").count()) > 1, "more than one class");
  await p.shot("statistics");
  await p.page.locator(".ant-modal-close").click();
  await p.at("class-bars").waitFor({ state: "hidden" });
  await p.at("tab-samples").click();
  await p.until(p.at("sample"), "sample pictures");
  await p.page.waitForFunction(() => {
    const picture = document.querySelector('[data-testid="sample"] img');
    return picture instanceof HTMLImageElement && picture.complete && picture.naturalWidth > 0;
  });
  await p.shot("samples");
}

/** RecordIO and LMDB at once, 70 / 30: four rows, two pairs, one batch. */
export async function formatDataset(p, language) {
  await p.page.locator('[role="tab"]').first().click();
  expect((await p.at("format").innerText()).includes(words[language].format), `the button in ${language}`);
  await p.at("format").click();
  await p.at("format-recordio").click();
  await p.at("format-lmdb").click();
  await p.shot("format");
  await p.at("format-submit").click();
  await p.until(p.page.locator(".set-row"), "the formatted sets");
  await p.shot("formatting");
  await p.page.waitForFunction(() => document.querySelectorAll(".set-done").length === 4 || document.querySelector(".set-failed"), null, { timeout: formatMs });
  expect((await p.page.locator(".set-done").count()) === 4, "four formatted sets that are done");
  expect((await p.at("pair").count()) === 2, "two pairs");
  expect((await p.at("batch").count()) === 1, "one batch");
  await p.shot("formatted");
}

/** The batch proves itself: every set read back, nothing damaged. */
export async function verifyBatch(p) {
  await p.at("verify").first().click();
  await p.at("verify-start").click();
  await p.until(p.at("verify-ok"), "the answer that nothing is damaged");
  await p.shot("verified");
  await p.page.keyboard.press("Escape");
  await p.at("verify-dialog").waitFor({ state: "hidden" });
}

/** Three steps, the pair offered and taken. */
export async function createTraining(p, language, name, dataset) {
  await p.at("menu-trainings").click();
  await p.at("new-training").click();
  await p.at("training-name").fill(name);
  await p.at("name-confirm").click();
  await p.until(p.at("picker-dataset"), "the datasets of the wizard");
  const pick = p.at("pick-recordio-train");
  await p.at("picker-dataset").filter({ hasText: dataset }).first().waitFor();
  if (!(await pick.first().isVisible())) await p.at("picker-dataset").getByText(dataset, { exact: true }).click();
  await pick.first().click();
  await p.until(p.at("pair-take"), "the offer of the pair");
  expect((await p.page.locator(".ant-modal-body").innerText()).includes(words[language].pair), `the question of the pair in ${language}`);
  await p.shot("pair");
  await p.at("pair-take").click();
  await p.at("image-input").fill(setting("IMAGE"));
  await p.shot("image");
  await p.at("wizard-next").click();
  await p.at("command").fill(setting("COMMAND", "python3 /workspace/examples/pytorch/train.py"));
  await p.at("params").fill("{not json");
  await p.at("training-submit").click();
  await p.page.locator(".ant-form-item-explain-error").first().waitFor();
  await p.at("params").fill(setting("PARAMS", "{}"));
  await p.shot("resources");
  await p.at("training-submit").click();
  await p.page.getByText(words[language].created).waitFor();
  await p.page.waitForURL(/\/trainings\/tr_/);
}

/** Watch the live curve while it runs, then the end. */
export async function watchTraining(p, language) {
  const training = p.page.url();
  await p.shot("training");
  await p.until(p.at("run-link"), "the first training instance", trainMs);
  await p.shot("training-running");
  await p.at("monitor").first().click();
  await p.until(p.page.locator('[data-testid="curve"] canvas').first(), "the curve", trainMs);
  await p.shot("run-live");
  await p.until(p.page.locator('h1 ~ [data-testid="state"][data-state="done"]'), "the run to end", trainMs);
  expect((await p.at("tile-status").innerText()) === words[language].done, `the end of the run in ${language}`);
  expect(await curveIsDrawn(p.page), "ink on the curve");
  await p.shot("run-done", false);
  await p.page.goto(training);
  await p.until(p.page.locator('[data-testid="training-progress"][data-state="done"]'), "the training to end", trainMs);
  await p.at("tab-log").click();
  await p.page.waitForFunction(() => (document.querySelector('[data-testid="log"]')?.textContent ?? "").split("\n").length > 2);
  await p.shot("log");
}

/** An empty chart has axes only; the series' own colour must be there. */
async function curveIsDrawn(page) {
  return page.evaluate(() => {
    const canvas = document.querySelector('[data-testid="curve"] canvas');
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 128 && data[i + 2] - data[i] > 80) ink += 1;
    return ink > 50;
  });
}

/** The produced model is listed; its file arrives. */
export async function downloadModel(p, language) {
  await p.at("menu-models").click();
  await p.at("models-produced").click();
  expect((await p.at("models-produced").innerText()) === words[language].produced, `the tab in ${language}`);
  await p.until(p.at("model-download"), "the produced model");
  await p.shot("models");
  const [download] = await Promise.all([p.page.waitForEvent("download"), p.at("model-download").first().click()]);
  const file = await download.path();
  expect(statSync(file).size > 0, "bytes in the downloaded model");
  return download.suggestedFilename();
}

/** D-13: what is in use is not deleted, and the page says by whom. */
export async function refuseDeletion(p, dataset) {
  await p.at("menu-datasets").click();
  await p.at("dataset-link").getByText(dataset, { exact: true }).click();
  await p.at("delete-dataset").click();
  await p.shot("delete");
  await p.at("delete-confirm").click();
  await p.at("refusals").waitFor();
  expect((await p.at("refusals").locator("li li").count()) > 0, "the users of the dataset");
  await p.shot("delete-refused");
  await p.at("delete-confirm").click();
}

export async function signOut(p) {
  await p.at("account").click();
  await p.at("sign-out").click();
  await p.until(p.at("login-submit"), "the login page again");
}
