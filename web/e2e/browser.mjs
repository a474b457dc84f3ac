// Chromium for the journeys, and the few helpers that every step uses. No test framework: a step that fails throws.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const flags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
];

/** Settings come as AVA_E2E_X (tests/journey/run) or, by hand, as AVA_X. */
export function setting(name, fallback) {
  const value = process.env[`AVA_E2E_${name}`] || process.env[`AVA_${name}`] || fallback;
  if (value === undefined) throw new Error(`AVA_E2E_${name} is not set`);
  return value;
}

export async function openBrowser() {
  return chromium.launch({ executablePath: setting("CHROMIUM", "/usr/bin/chromium"), args: flags });
}

/** A page in one language, with helpers; errors of the page's own scripts make the journey fail. */
export async function openPage(browser, language, shots) {
  const context = await browser.newContext({ locale: language, viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    // A 401 before the login is how the page learns that nobody is signed in.
    if (message.type() === "error" && !message.text().includes("Failed to load resource")) complaints.push(`console: ${message.text()}`);
  });
  let count = 0;
  const at = (id) => page.getByTestId(id);
  const shot = async (name, fullPage = true) => {
    if (!shots) return;
    mkdirSync(shots, { recursive: true });
    count += 1;
    const file = `${language}-${String(count).padStart(2, "0")}-${name}.png`;
    await page.screenshot({ path: join(shots, file), fullPage });
  };
  /** Wait for one of several things; fail at once, with its words, when the page shows an error instead. */
  const until = async (locator, what, timeout = 60_000) => {
    const failed = page.locator('[data-testid="error"], [data-testid="failure"], [data-testid="training-failure"]');
    await locator.or(failed).first().waitFor({ timeout }).catch(() => {
      throw new Error(`waited ${timeout / 1000} s for ${what}`);
    });
    if (!(await locator.first().isVisible())) throw new Error(`${what}: the page says: ${await failed.first().innerText()}`);
  };
  return { page, context, at, shot, until, complaints };
}

export function expect(condition, words) {
  if (!condition) throw new Error(`expected ${words}`);
}
