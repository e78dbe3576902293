import { expect, it } from "vitest";
import { placeCard } from "./place";

const VIEW = { width: 400, height: 600 };
const CARD = { width: 200, height: 100 };

it("stands below its anchor, above where there is no room, and never outside the window", () => {
  expect(placeCard({ left: 20, right: 60, top: 100, bottom: 120 }, CARD, VIEW)).toEqual({ left: 20, top: 126 });
  expect(placeCard({ left: 20, right: 60, top: 560, bottom: 580 }, CARD, VIEW)).toEqual({ left: 20, top: 454 });
  expect(placeCard({ left: 380, right: 395, top: 0, bottom: 20 }, CARD, VIEW)).toEqual({ left: 192, top: 26 });
  expect(placeCard({ left: -50, right: 0, top: 0, bottom: 20 }, { width: 900, height: 900 }, VIEW)).toEqual({ left: 8, top: 8 });
});
