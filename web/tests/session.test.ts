import { afterEach, beforeEach, expect, test, vi } from "vitest";

// all files share their modules: another may have replaced what is to happen when a session ends
vi.resetModules();
const { answer, api } = await import("../src/api");
const { leave, session } = await import("../src/lib/session.svelte");

const location = { href: "http://localhost/meter?meter=abc", search: "?meter=abc", assign: vi.fn() };
const refuse = (code: string) =>
  answer(Promise.resolve({ response: new Response("", { status: 401 }), error: { code, detail: "" } }));
const meters = (...names: string[]) =>
  names.map((name, position) => ({ id: `id-${position}`, name, hidden: false, position }));
const respondWithMeters = (...names: string[]) =>
  vi.spyOn(api, "GET").mockResolvedValue({ data: { items: meters(...names) }, response: new Response() } as never);
/** Have the gateway respond with these meters once the function that is returned is called. */
const respondLater = (...names: string[]): (() => void) => {
  let respond: (() => void) | undefined;
  const response = new Promise((resolve) => {
    respond = () => resolve({ data: { items: meters(...names) }, response: new Response() });
  });
  vi.spyOn(api, "GET").mockReturnValueOnce(response as never);
  return () => respond?.();
};

beforeEach(() => {
  vi.stubGlobal("location", location);
  vi.stubGlobal("history", { replaceState: (_: unknown, __: string, to: string) => (location.href = to) });
  vi.stubGlobal("scrollTo", () => {});
  session.account = { id: "one", email: "somebody@example.org" } as never;
  session.meters = [{ id: "abc", name: "Home", hidden: false, position: 0 }] as never;
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test("a page forgets everything when the gateway says that the session has ended", async () => {
  await expect(refuse("invalid_session")).rejects.toThrow();
  expect([session.account, session.meters]).toEqual([null, []]);
  expect(location.href).toContain("/log-in?next=");
});

test("a wrong password does not end the session", async () => {
  await expect(refuse("invalid_credentials")).rejects.toThrow();
  expect(session.account).not.toBeNull();
});

test("a log-out empties the page and tells the other tabs", async () => {
  const tabs = new BroadcastChannel("log-out http://localhost/");
  const told = new Promise((resolve) => tabs.addEventListener("message", resolve));
  leave();
  await told;
  tabs.close();
  expect([session.account, session.meters]).toEqual([null, []]);
  expect(location.assign).toHaveBeenCalledWith("http://localhost/");
});

test("a tab that another person's log-in has overtaken forgets the first one", async () => {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  vi.stubGlobal("document", page);
  const account = { id: "another", email: "another@example.org" };
  vi.spyOn(api, "GET").mockResolvedValue({ data: { account, ingress: false }, response: new Response() } as never);
  location.assign.mockClear();
  session.meters = [];
  const stop = session.follow();
  page.dispatchEvent(new Event("visibilitychange"));
  await vi.waitFor(() => expect(location.assign).toHaveBeenCalledWith("http://localhost/"));
  stop();
  expect([session.account, session.meters]).toEqual([null, []]);
});

test("only what has changed of the meters is new, so that pages load nothing again for the others", async () => {
  respondWithMeters("Home", "Roof");
  await session.loadMeters();
  const [home, roof] = session.meters;
  respondWithMeters("Home", "Garage");
  await session.loadMeters();
  expect(session.meters[0]).toBe(home);
  expect(session.meters[1]).not.toBe(roof);
  expect(session.meters[1]?.name).toBe("Garage");
});

test("a change of a meter stays though a list from before it comes late", async () => {
  session.meters = meters("Home") as never;
  respondWithMeters("Cellar");
  const respond = respondLater("Home");
  const loading = session.loadMeters();
  session.replaceMeter(meters("Cellar")[0] as never);
  respond();
  await loading;
  expect(session.meters.map(({ name }) => name)).toEqual(["Cellar"]);
});

test("a list of meters that comes after the log-out is not shown", async () => {
  const respond = respondLater("Home");
  const loading = session.loadMeters();
  session.forget();
  respond();
  await loading;
  expect(session.meters).toEqual([]);
});

test("a change of the account that is answered after the log-out brings nobody back", () => {
  const changed = { id: "one", email: "new@example.org" } as never;
  session.replaceAccount(changed);
  expect(session.account).toBe(changed);
  session.forget();
  session.replaceAccount(changed);
  expect(session.account).toBeNull();
  const another = { id: "another", email: "another@example.org" } as never;
  session.account = another;
  session.replaceAccount(changed);
  expect(session.account).toBe(another);
});
