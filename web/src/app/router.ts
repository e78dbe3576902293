// The address bar: three pages, and which conversation is open. The server answers each path with the same page.
import { useSyncExternalStore } from "react";

export type Route = { page: "chat"; id: string | null } | { page: "data" } | { page: "usage" };

const listeners = new Set<() => void>();
let shown: { href: string; route: Route } | null = null;

export function routeOf(location: { pathname: string; search: string }): Route {
  if (location.pathname === "/data") return { page: "data" };
  if (location.pathname === "/usage") return { page: "usage" };
  return { page: "chat", id: new URLSearchParams(location.search).get("c") };
}

export function hrefOf(route: Route): string {
  if (route.page !== "chat") return `/${route.page}`;
  return route.id === null ? "/" : `/?c=${encodeURIComponent(route.id)}`;
}

export function navigate(route: Route, how: "push" | "replace" = "push"): void {
  const href = hrefOf(route);
  if (href === location.pathname + location.search) return;
  history[how === "push" ? "pushState" : "replaceState"](null, "", href);
  for (const listener of listeners) listener();
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}

function current(): Route {
  const href = location.pathname + location.search;
  if (shown?.href !== href) shown = { href, route: routeOf(location) };
  return shown.route;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}
