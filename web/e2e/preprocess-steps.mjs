// The manual's recipe (4.5) by mouse: one class doubled by random operations, all others kept, in nine clicks; then the counts.
import { expect } from "./browser.mjs";
import { words } from "./words.mjs";

const workMs = 180_000;
/** The last number of a text: a line says "beheaded 1,204". */
const number = async (locator) => Number(((await locator.innerText()).match(/[\d,]+/g) ?? []).pop()?.replace(/,/g, ""));

/** Counts on the lines arrive a moment after each change. */
async function countOf(p, edge) {
  const label = p.page.locator(`[data-edge="${edge}"]`);
  await label.waitFor();
  return number(label);
}

async function refuseConnection(p) {
  const from = await p.page.locator('.react-flow__node[data-id="a1"] .react-flow__handle.source').boundingBox();
  const to = await p.page.locator('.react-flow__node[data-id="f2"] .react-flow__handle.target').boundingBox();
  await p.page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await p.page.mouse.down();
  await p.page.mouse.move(to.x + 8, to.y + 12, { steps: 6 });
  await p.page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 4 });
  await p.page.mouse.up();
  await p.page.locator(".ant-message-warning").waitFor();
}

/** From the dataset's page: the new dataset comes in, too, and a comparison lets only its generated pictures pass. */
async function secondInput(p, name, generated) {
  await p.at("preprocess").click();
  await p.until(p.at("count-in"), "the graph of a new start");
  await p.at("add-input").click();
  await p.at("input-dataset").click();
  await p.page.locator(".ant-select-item-option", { hasText: name }).click();
  await p.at("add-filter").click();
  await p.at("terms").click();
  await p.at("filter-add-term").click();
  await p.at("filter-terms").locator("input").first().fill("member.ops");
  await p.at("term-is").click();
  await p.page.locator(".ant-select-item-option", { hasText: /^(begins with|开头是)$/ }).click();
  await p.at("term-value").fill("augment(");
  await p.at("add-output").click();
  await p.page.waitForFunction((count) => document.querySelector('[data-edge="f1-out"]')?.textContent?.replace(/,/g, "").includes(count), String(generated));
  await p.shot("graph-two-inputs");
}

/** From the dataset's page, which must be open, to the new dataset. `doubled` is a class of the dataset. */
export async function preprocess(p, language, name, doubled) {
  const parent = p.page.url();
  expect((await p.at("preprocess").innerText()) === words[language].preprocess, `the button in ${language}`);
  await p.at("preprocess").click();
  await p.until(p.at("node-input"), "the graph");
  await p.until(p.at("class-bars"), "the labels and their amounts");
  let clicks = 0;
  const press = async (what) => {
    await p.at(what).click();
    clicks += 1;
  };
  await press("add-filter");
  await press(`class-${doubled}`);
  const chosen = await number(p.page.locator(".flow-classes label", { has: p.at(`class-${doubled}`) }).locator(".flow-class > span").last());
  await press("add-augment");
  await press("quick-rotate");
  await p.shot("graph-ways");
  await press("node-input");
  await press("add-filter");
  await press("class-others");
  await press("add-output");
  await p.at("output-name").fill(name);
  await p.at("output-description").fill("一类翻倍 · one class doubled");
  await p.page.waitForFunction(() => document.querySelector('[data-edge="a1-out"]') && document.querySelector('[data-edge="f2-out"]'));
  await p.until(p.at("output-items"), "the number of items");
  const all = await number(p.at("count-in"));
  expect((await countOf(p, "f1-a1")) === chosen, `${chosen} of the class on the line`);
  expect((await countOf(p, "a1-out")) === 2 * chosen, "twice as many behind random processing");
  expect((await countOf(p, "f2-out")) === all - chosen, "all others on the other line");
  await refuseConnection(p);
  await p.until(p.at("preview-pair"), "pictures before and after");
  await p.shot("graph");
  await press("flow-submit");
  expect(clicks === 9, `nine clicks, not ${clicks}`);
  await p.page.waitForURL((address) => /\/datasets\/ds_\w+$/.test(address.pathname), { timeout: workMs });
  await p.until(p.page.locator('h1 ~ [data-testid="state"][data-state="success"]'), "the new dataset", workMs);
  const made = await number(p.at("item-count"));
  expect(made === all + chosen, `2n + m = ${all + chosen} items, not ${made}`);
  await p.until(p.at("lineage"), "where the dataset comes from");
  await p.at("view-graph").click();
  await p.until(p.at("graph-view").getByTestId("node-augment"), "the graph it was made with");
  await p.shot("lineage");
  await p.page.keyboard.press("Escape");
  await p.at("lineage-dialog").waitFor({ state: "hidden" });
  await p.page.goto(parent);
  await p.until(p.at("preprocess"), "the parent again");
  await secondInput(p, name, chosen);
  await p.page.goto(parent);
  await p.until(p.at("preprocess"), "the parent once more");
  return { n: chosen, m: all - chosen, made };
}

