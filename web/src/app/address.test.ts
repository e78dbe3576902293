import { beforeEach, describe, expect, it } from "vitest";
import { cleanKey, keyOf, loadKey, takeKeyFromAddress } from "./key";
import { hrefOf, type Route, routeOf } from "./router";

describe("routes", () => {
  it.each<[string, Route]>([
    ["/", { page: "chat", id: null }],
    ["/?c=a%20b", { page: "chat", id: "a b" }],
    ["/data", { page: "data" }],
    ["/usage", { page: "usage" }],
  ])("%s is its page, and the page its address", (href, route) => {
    const { pathname, search } = new URL(href, "http://desk");
    expect(routeOf({ pathname, search })).toEqual(route);
    expect(hrefOf(route)).toBe(href);
  });
});

describe("keys", () => {
  beforeEach(() => localStorage.clear());

  it("are cleaned of what people paste around them", () => {
    expect(cleanKey('  "cd_abc" \n')).toBe("cd_abc");
    expect(cleanKey("Bearer cd_abc")).toBe("cd_abc");
    expect(cleanKey("cd_\u200babc")).toBe("cd_abc");
  });

  it("are read from a fragment alone", () => {
    expect(keyOf("#key=cd_abc")).toBe("cd_abc");
    expect(keyOf("#x=1&key=cd_abc")).toBe("cd_abc");
    expect(keyOf("#main")).toBeNull();
  });

  it("leave the address as soon as they are taken", () => {
    history.replaceState(null, "", "/?c=1#key=cd_abc");
    takeKeyFromAddress();
    expect([location.pathname + location.search + location.hash, loadKey()]).toEqual(["/?c=1", "cd_abc"]);
    takeKeyFromAddress();
    expect(loadKey()).toBe("cd_abc");
  });
});
