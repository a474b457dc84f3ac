// What gallery.mjs and manual.mjs share: a browser page in one look, on a server full of data, with answers of our own where wanted.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { signIn } from "./api.mjs";
import { setting } from "./browser.mjs";
import { password, seed } from "./seed.mjs";

const url = setting("URL");
const user = setting("USER", "admin");

async function seeded(plain) {
  const file = setting("SEEDED", "");
  if (file && existsSync(file)) return { ...JSON.parse(readFileSync(file, "utf8")), call: await signIn(url, user, password) };
  const made = await seed({ url, user, oneTime: setting("PASSWORD"), bucket: setting("BUCKET"), pictures: setting("PICTURES"), image: setting("IMAGE"), plain });
  if (file) writeFileSync(file, JSON.stringify(made));
  return made;
}

/** The data the views need; seeds the server unless AVA_E2E_SEEDED says that it was done before. */
export async function prepare(plain = false) {
  const made = await seeded(plain);
  const [dataset, training] = [await made.call("GET", `/datasets/${made.datasets.full}`), await made.call("GET", `/trainings/${made.trainings.done}`)];
  return { ...made, data: { dataset, training } };
}

/** The cookie of the page's context; a second call changes nothing. */
export async function signInBrowser(p) {
  if (p.inside) return;
  await p.page.request.post(`${url}/api/v1/session`, { data: { name: user, password } });
  p.inside = true;
}

export async function openLook(browser, [language, theme, width]) {
  const context = await browser.newContext({ locale: language, colorScheme: theme, viewport: { width: Number(width), height: width === "390" ? 844 : 900 }, reducedMotion: "reduce" });
  const tab = await context.newPage();
  tab.setDefaultTimeout(15_000);
  const errors = [];
  tab.on("pageerror", (error) => errors.push(`script error: ${error.message}`));
  tab.on("console", (message) => message.type() === "error" && !message.text().includes("Failed to load") && !message.text().includes("WebSocket") && errors.push(`console: ${message.text()}`));
  const sockets = [];
  let hungUp = false;
  await tab.routeWebSocket(/\/api\/v1\/live/, (socket) => {
    if (hungUp) return socket.close();
    socket.connectToServer();
    sockets.push(socket);
  });
  const hangUp = async () => {
    hungUp = true;
    for (const socket of sockets.splice(0)) await socket.close();
  };
  const answer = () => { hungUp = false; };
  return { context, page: tab, errors, hangUp, answer, at: (id) => tab.getByTestId(id), cut: () => tab.route("**/api/v1/**", (route) => route.abort()) };
}

/** "*" is everything, "/trainings?" the list with any query, "/buckets" just that. */
function isAsked(address, part) {
  if (!address.pathname.startsWith("/api/v1/")) return false;
  const asked = address.pathname.slice("/api/v1".length) + address.search;
  return part === "*" || asked === part || (part.endsWith("?") && asked.startsWith(part));
}

async function answerFor(page, answers) {
  await page.unrouteAll({ behavior: "ignoreErrors" });
  for (const [part, answer] of Object.entries(answers ?? {})) {
    await page.route((address) => isAsked(address, part), (route) => {
      if (answer.status === 0) return route.abort();
      if (answer.delay) return setTimeout(() => route.abort().catch(() => undefined), answer.delay);
      if (answer.status) return route.fulfill({ status: answer.status, contentType: "application/problem+json", body: JSON.stringify(answer.body) });
      return route.fulfill({ contentType: "application/json", body: JSON.stringify(answer) });
    });
  }
}

/** Go there and do what the view asks for; `rest` ms for what moves to come to rest. */
export async function visit(p, view, rest) {
  p.answer();
  await answerFor(p.page, view.answers);
  await p.page.goto(url + view.path);
  await p.page.locator(view.ready).first().waitFor({ timeout: view.wait ?? 15_000 });
  await view.act?.(p);
  await p.page.waitForTimeout(rest);
}
