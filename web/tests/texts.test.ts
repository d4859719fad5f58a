import { afterEach, expect, test } from "vitest";
import { dictionary, setLanguage } from "$i18n";
import { bucketName } from "$lib/words";

afterEach(() => setLanguage("en"));

test("placeholders are filled in the order of each language", () => {
  const t = dictionary({ left: ["{count} of {total} left", "sur {total}, il reste : {count}"] });
  expect(t().left({ count: "3", total: "22" })).toBe("3 of 22 left");
  setLanguage("fr");
  expect(t().left({ count: "3", total: "22" })).toBe("sur 22, il reste\u00a0: 3");
});

test("a text whose languages have different placeholders does not compile", () => {
  dictionary({
    group: {
      // @ts-expect-error -- French lacks {total}
      left: ["{count} of {total} left", "{count}"],
    },
    // @ts-expect-error -- English lacks {count}
    right: ["some", "{count}"],
  });
});

test("a bucket that its owner named like a property of every object keeps that name", () => {
  expect(bucketName("constructor")).toBe("constructor");
  expect(bucketName("night_rate")).toBe("night rate");
});
