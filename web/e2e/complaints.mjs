// What a program can see about a page: does it scroll sideways, is a word missing from a catalogue, is a text hard to read.
import { readFileSync } from "node:fs";

const parts = ["common", "account", "datasets", "flow", "trainings"];
const tops = parts.flatMap((part) => {
  const text = readFileSync(new URL(`../src/i18n/zh-cn/${part}.ts`, import.meta.url), "utf8");
  return [...text.matchAll(/^ {2}(\w+):/gm)].map((match) => match[1]);
});
// "field.state" is a key; "model.tar.gz" and other file names are not.
const keyPattern = `(?<![\\w./-])(?:${tops.join("|")}|error)\\.[a-z][A-Za-z_]+(?:\\.[A-Za-z_]+)*(?![\\w./-])`;
// Values of the interface that must never reach a Chinese reader as they are.
const rawPattern = "\\b(?:queued|creating|running|succeeded|cancelled|failed|pending|disabled|produced|uploaded|dataset\\.\\w+)\\b";

/** Sentences about what is wrong on this page; none when it is fine. */
export async function complaintsOf(page, language) {
  return page.evaluate(({ keys, raw, zh }) => {
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) {
      const wide = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".ant-table-content, .ant-tabs-nav, .log, .ant-segmented"));
      found.push(`scrolls sideways (${root.scrollWidth} > ${innerWidth}): ${wide.slice(0, 3).map((one) => `${one.tagName}.${one.className}`).join(" ")}`);
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const words = [];
    const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const over = (top, under) => { const a = top[3] ?? 1; return [0, 1, 2].map((i) => top[i] * a + under[i] * (1 - a)); };
    const behind = (element) => {
      const layers = [];
      for (let one = element; one; one = one.parentElement) {
        const colour = channels(getComputedStyle(one).backgroundColor);
        if ((colour[3] ?? 1) === 0) continue;
        layers.push(colour);
        if ((colour[3] ?? 1) === 1) break;
      }
      return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
    };
    const pale = new Set();
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const text = walker.currentNode.textContent.trim();
      if (!text || !element || element.closest("script, style, .ant-select-item, .log") || element.checkVisibility?.() === false) continue;
      words.push(element.closest(".mono, code, pre") ? "" : text);
      if (element.closest('[disabled], [aria-disabled="true"], .ant-btn-disabled, .ant-radio-wrapper-disabled, .ant-checkbox-wrapper-disabled, .ant-select-disabled, .ant-steps, .ant-select-selection-placeholder, .ant-empty-description')) continue;
      const under = behind(element);
      const [one, two] = [light(over(channels(getComputedStyle(element).color), under)), light(under)].sort((a, b) => b - a);
      const ratio = (one + 0.05) / (two + 0.05);
      if (ratio < 3) pale.add(`${text.slice(0, 30)} (${ratio.toFixed(1)})`);
    }
    const all = words.join("\n");
    for (const key of new Set(all.match(new RegExp(keys, "g")) ?? [])) found.push(`untranslated: ${key}`);
    if (zh) for (const value of new Set(all.match(new RegExp(raw, "g")) ?? [])) found.push(`raw value: ${value}`);
    if (pale.size > 0) found.push(`hard to read: ${[...pale].slice(0, 5).join(", ")}`);
    if (!/ · AVA$/.test(document.title)) found.push(`title is "${document.title}"`);
    return found;
  }, { keys: keyPattern, raw: rawPattern, zh: language === "zh-CN" });
}
