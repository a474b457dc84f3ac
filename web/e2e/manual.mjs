// The pictures of the manual, taken anew from a server that holds what the manual tells about: docs/manual/img/NAME-{en,zh}.png.
// Settings as in gallery.mjs; AVA_E2E_OUT is the folder of the pictures. Small on purpose: a page has to load them all.
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { openBrowser, setting } from "./browser.mjs";
import { openLook, prepare, signInBrowser, visit } from "./look.mjs";
import { allViews } from "./views.mjs";

const pictures = {
  login: "login", bind: "storage-none", dataset: "dataset-stats", formatted: "dataset", refused: "dataset-refused", format: "dataset-format",
  pair: "wizard-pair", training: "run", failed: "training-failed", models: "models", jobs: "jobs",
};
const largest = 150_000;
const tall = { training: 1000, formatted: 900, format: 900, failed: 840 };

const out = setting("OUT");
const browser = await openBrowser();
try {
  mkdirSync(out, { recursive: true });
  const made = await prepare(true);
  const views = new Map(allViews(made).map((view) => [view.name, view]));
  for (const language of ["en", "zh-CN"]) {
    const p = await openLook(browser, [language, "light", "1280"]);
    for (const [name, viewName] of Object.entries(pictures)) {
      const view = views.get(viewName);
      if (!view.signedOut) await signInBrowser(p);
      await p.page.setViewportSize({ width: 1280, height: tall[name] ?? 640 });
      await visit(p, view, 700);
      const file = join(out, `${name}-${language.slice(0, 2)}.png`);
      await p.page.screenshot({ path: file });
      const size = statSync(file).size;
      console.log(`${file}  ${Math.round(size / 1000)} KB`);
      if (size > largest) throw new Error(`${file} has ${size} bytes, more than ${largest}`);
    }
    if (p.errors.length > 0) throw new Error(p.errors.join("\n"));
    await p.context.close();
  }
} finally {
  await browser.close();
}
