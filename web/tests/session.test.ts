import { beforeEach, expect, test, vi } from "vitest";
import { answer } from "../src/api";
import { leave, session } from "../src/lib/session.svelte";

const location = { href: "http://localhost/meter?meter=abc", search: "?meter=abc", assign: vi.fn() };
const refuse = (code: string) =>
  answer(Promise.resolve({ response: new Response("", { status: 401 }), error: { code, detail: "" } }));

beforeEach(() => {
  vi.stubGlobal("location", location);
  vi.stubGlobal("history", { replaceState: (_: unknown, __: string, to: string) => (location.href = to) });
  vi.stubGlobal("scrollTo", () => {});
  session.account = { email: "somebody@example.org" } as never;
  session.meters = [{ id: "abc", name: "Home", hidden: false, position: 0 }] as never;
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
  const tabs = new BroadcastChannel("log-out");
  const told = new Promise((resolve) => tabs.addEventListener("message", resolve));
  leave();
  await told;
  tabs.close();
  expect([session.account, session.meters]).toEqual([null, []]);
  expect(location.assign).toHaveBeenCalledWith("http://localhost/");
});
