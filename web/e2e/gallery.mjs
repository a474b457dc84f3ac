// Look at every view in both languages, light and dark, wide and narrow. Without AVA_E2E_OUT it only checks, on a telephone,
// Chinese in the dark and English in the light: nothing scrolls sideways, is untranslated or hard to read. With it a picture of
// every view is written there.
// Settings: AVA_E2E_URL, _USER, _PASSWORD (one-time), _PICTURES (tar), _BUCKET, _IMAGE; optional _OUT, _ONLY (names of views with
// commas), _LOOKS (language-theme-width with commas), _SEEDED (file that keeps what was seeded), _CHROMIUM.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openBrowser, setting } from "./browser.mjs";
import { openLook, prepare, signInBrowser, visit } from "./look.mjs";
import { complaintsOf } from "./complaints.mjs";
import { allViews } from "./views.mjs";

const out = setting("OUT", "");
const looks = () => {
  const chosen = setting("LOOKS", "");
  if (chosen) return chosen.split(",").map((look) => /^(zh-CN|en)-(light|dark)-(\d+)$/.exec(look).slice(1));
  const all = ["zh-CN", "en"].flatMap((language) => ["light", "dark"].flatMap((theme) => ["1440", "390"].map((width) => [language, theme, width])));
  return out ? all : [["zh-CN", "dark", "390"], ["en", "light", "390"]];
};

async function lookAt(browser, look, views) {
  const p = await openLook(browser, look);
  const found = [];
  for (const view of [...views].sort((a, b) => Number(!!b.signedOut) - Number(!!a.signedOut))) {
    try {
      if (!view.signedOut) await signInBrowser(p);
      await visit(p, view, out ? 350 : 60);
      for (const complaint of await complaintsOf(p.page, look[0])) found.push(`${look.join("-")} ${view.name}: ${complaint}`);
    } catch (error) {
      found.push(`${look.join("-")} ${view.name}: ${error.message.split("\n")[0]}`);
    }
    // What lies over the page is placed in the window: a picture of the whole page would squeeze it.
    const over = await p.page.locator(".ant-modal-wrap:visible, .ant-drawer-open, .ant-dropdown:visible").count();
    if (out) await p.page.screenshot({ path: join(out, `${view.name}.${look.join("-")}.png`), fullPage: over === 0 }).catch((error) => found.push(error.message));
    found.push(...p.errors.splice(0).map((line) => `${look.join("-")} ${view.name}: ${line}`));
  }
  await p.context.close();
  return found;
}

const browser = await openBrowser();
try {
  if (out) mkdirSync(out, { recursive: true });
  const made = await prepare();
  const only = setting("ONLY", "").split(",").filter(Boolean);
  const views = allViews(made).filter((view) => (only.length === 0 ? out || !view.slow : only.includes(view.name)));
  const started = Date.now();
  // Side by side when checking; one after the other for pictures: a picture of a whole page resizes more than its own page.
  const found = [];
  if (out) for (const look of looks()) found.push(...(await lookAt(browser, look, views)));
  else found.push(...(await Promise.all(looks().map((look) => lookAt(browser, look, views)))).flat());
  for (const line of found) console.error(`FAILED ${line}`);
  console.log(`${views.length} views, ${looks().length} looks, ${found.length} complaints, ${((Date.now() - started) / 1000).toFixed(1)} s`);
  if (found.length > 0) process.exitCode = 1;
} finally {
  await browser.close();
}
