/** The languages of the front end. Adding one here makes every dictionary that lacks it fail to compile. */
export const languages = { en: "English", fr: "Français" } as const;
export type Language = keyof typeof languages;

/** The shape of a dictionary: the same keys and the same parameters, other words. */
type Translated<Texts> = {
  readonly [Key in keyof Texts]: Texts[Key] extends string
    ? string
    : Texts[Key] extends (...parameters: infer Parameters) => string
      ? (...parameters: Parameters) => string
      : Texts[Key] extends readonly string[]
        ? readonly string[]
        : Translated<Texts[Key]>;
};

export const isLanguage = (name: string): name is Language => name in languages;

/** The first of the browser's languages that we have. */
export function preferredLanguage(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

let current = $state<Language>(preferredLanguage(typeof navigator === "undefined" ? [] : navigator.languages));

/** The language in use. It is a rune's value: what reads it follows. */
export const language = (): Language => current;

/** Use a language where the page is somebody else's. */
export function useLanguage(chosen: Language): void {
  current = chosen;
}

export function setLanguage(chosen: Language): void {
  useLanguage(chosen);
  document.documentElement.lang = chosen;
}

/**
 * Texts in every language. The result is called for those in the language in use.
 *
 * `const t = dictionary({ en: { days: (n: number) => `${n} days` }, fr: { days: (n) => `${n} jours` } }); t().days(3)`
 */
export function dictionary<Texts extends object>(
  texts: { en: Texts } & { [L in Exclude<Language, "en">]: Translated<Texts> },
): () => Translated<Texts> {
  return () => texts[current] as Translated<Texts>;
}
