/**
 * The languages of the front end, with their own names. Adding one here makes every dictionary that lacks it fail to
 * compile: unlike the texts of the gateway, the integration and the scripts, these are no file of one language.
 */
const named = [
  ["en", "English"],
  ["fr", "Français"],
] as const;
export type Language = (typeof named)[number][0];
export const languages = Object.fromEntries(named) as Record<Language, string>;

type ForEach<Languages extends readonly unknown[], Text> = { readonly [Place in keyof Languages]: Text };
/** A text in each language, in the order of `named`. */
type InEach<Text> = ForEach<typeof named, Text>;
type Write = (...parameters: never[]) => string;
interface Texts {
  readonly [key: string]: InEach<string> | InEach<readonly string[]> | InEach<Write> | Texts;
}
/** The same texts in one language. */
type Chosen<T> = {
  readonly [Key in keyof T]: T[Key] extends InEach<string>
    ? string
    : T[Key] extends InEach<readonly string[]>
      ? readonly string[]
      : T[Key] extends InEach<infer Text>
        ? Text
        : Chosen<T[Key]>;
};

const codes = Object.keys(languages) as Language[];
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

/** French has a space before some signs, at which a line must not break. */
const joinSigns = (text: string): string => text.replaceAll(/ (?=[:;?!»])|(?<=«) /g, "\u00a0");

function typeset(text: string | readonly string[] | Write): string | readonly string[] | Write {
  if (typeof text === "string") return joinSigns(text);
  return typeof text === "function" ? (...parameters) => joinSigns(text(...parameters)) : text.map(joinSigns);
}

function choose(texts: Texts, wanted: Language): object {
  const place = codes.indexOf(wanted);
  const pick = ([key, text]: [string, Texts[string]]) => {
    if (!Array.isArray(text)) return [key, choose(text as Texts, wanted)];
    return [key, wanted === "fr" ? typeset(text[place]) : text[place]];
  };
  return Object.fromEntries(Object.entries(texts).map(pick));
}

/**
 * Texts in every language. The result is called for those in the language in use.
 *
 * `const t = dictionary({ days: [(n: number) => `${n} days`, (n: number) => `${n} jours`] }); t().days(3)`
 */
export function dictionary<T extends Texts>(texts: T): () => Chosen<T> {
  const chosen: Partial<Record<Language, Chosen<T>>> = {};
  return () => (chosen[current] ??= choose(texts, current) as Chosen<T>);
}
