import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answer, api } from "../src/api";
import { leave, session } from "../src/lib/session.svelte";

const location = { href: "http://localhost/meter?meter=abc", search: "?meter=abc", assign: vi.fn() };
const refuse = (code: string) =>
  answer(Promise.resolve({ response: new Response("", { status: 401 }), error: { code, detail: "" } }));
const respondWithMeters = (...names: string[]) => {
  const items = names.map((name, position) => ({ id: `id-${position}`, name, hidden: false, position }));
  vi.spyOn(api, "GET").mockResolvedValue({ data: { items }, response: new Response() } as never);
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
