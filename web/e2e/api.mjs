// The REST API as the journeys need it where a browser would be slow: one signed-in account, JSON in and out, no retries.
import { createReadStream, statSync } from "node:fs";

/** Log in, changing a one-time password to `fresh`; answers `call(method, path, body)` bound to the session's cookie. */
export async function signIn(url, name, password, fresh) {
  let cookie = "";
  const call = async (method, path, body, raw) => {
    const headers = { ...(cookie && { Cookie: cookie }), ...(raw ?? (body === undefined ? {} : { "Content-Type": "application/json" })) };
    const sent = raw ? body : body === undefined ? undefined : JSON.stringify(body);
    const reply = await fetch(`${url}/api/v1${path}`, { method, headers, body: sent, ...(raw && { duplex: "half" }) });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    const set = reply.headers.get("set-cookie");
    if (set) cookie = set.split(";")[0];
    return text ? JSON.parse(text) : undefined;
  };
  const logIn = async (secret) => call("POST", "/session", { name, password: secret });
  const session = await logIn(password);
  if (session.user.must_change_password) {
    await call("POST", "/session/password", { old_password: password, new_password: fresh });
    await logIn(fresh);
  }
  return call;
}

/** Stream a file (or send a string or bytes) up; answers the id of the upload. */
export async function upload(call, filename, { file, data }) {
  const bytes = file ? statSync(file).size : Buffer.byteLength(data);
  const raw = { "Content-Type": "application/octet-stream", "Content-Length": String(bytes) };
  const sent = await call("POST", `/uploads?filename=${encodeURIComponent(filename)}`, file ? createReadStream(file) : data, raw);
  return sent.id;
}

/** Ask again until `ready(object)`; answers the object. */
export async function waitFor(call, path, ready, seconds = 120) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const object = await call("GET", path);
    if (ready(object)) return object;
    if (Date.now() > end) throw new Error(`${path} took longer than ${seconds} s: ${JSON.stringify(object)}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}
